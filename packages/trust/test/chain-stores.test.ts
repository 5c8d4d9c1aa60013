import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { memoryChainStore, memoryReplayMarks } from "@aura/trust";
import { fileChainStore } from "@aura/trust/file-chain-store";
import { chainStoreContract, replayMarksContract } from "@aura/trust/testing";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-chain-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

chainStoreContract("a chain in memory", async () => {
  const store = memoryChainStore();
  return { store: () => store };
});

chainStoreContract("a chain in a folder", async () => {
  const place = join(await mkdtemp(join(folder, "place-")), "new", "audit");
  return { store: () => fileChainStore(place) };
});

replayMarksContract("replay marks in memory", (clock) => memoryReplayMarks({ clock }));
