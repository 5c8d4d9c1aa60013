import { join } from "node:path";
import type { Place } from "../../../src/back-office/servers.ts";
import { aScratchFolder } from "./payments.ts";

/** Where the runtime would put an application. */
export function aPlace(): Place {
  const folder = aScratchFolder();
  return {
    node: process.execPath,
    files: join(folder, "files"),
    state: join(folder, "state"),
    secret: (name) => name.padEnd(43, "-"),
  };
}
