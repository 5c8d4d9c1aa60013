import { join } from "node:path";
import { openSqliteLogStore } from "@aura/store";
import { logStoreContract } from "@aura/store/testing";
import { temporaryFolder } from "../temporary-folder.ts";

logStoreContract("SqliteLogStore", async (options) =>
  openSqliteLogStore({ ...options, path: join(temporaryFolder(), "aura.db") }),
);
