import { openMemoryLogStore } from "@aura/store";
import { logStoreContract } from "@aura/store/testing";

logStoreContract("MemoryLogStore", async (options) => openMemoryLogStore(options));
