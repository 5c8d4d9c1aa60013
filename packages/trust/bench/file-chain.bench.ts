// What a durable append to a chain in files costs, with one appender and with 64 at once, beside the same append in memory:
// `node --conditions=@aura/source packages/trust/bench/file-chain.bench.ts`. CPU time, and how often the disk was asked to
// synchronise, checkpoints and tiles included.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileChainStore, FileChainStore } from "../src/file-chain-store.ts";
import { openFile, type OpenFile } from "../src/file-chain/disk.ts";
import { type ChainStore, memoryChainStore, openAuditChain, signerFromSeed } from "../src/index.ts";

const ROUNDS = 5;
const APPENDS = 6_400;
const logKey = signerFromSeed(new Uint8Array(32).fill(2));
const facts = { actor: { id: "refunds", custody: "agent" } } as const;

interface Lap {
  readonly entriesPerSecond: number;
  readonly micros: number;
  readonly syncs: number;
}

process.stdout.write(
  `Node.js ${process.versions.node}, ${cpus()[0]?.model ?? "unknown CPU"}, medians of ${ROUNDS} rounds (spread)\n` +
    "\n| what | at once | CPU us/entry | entries/s |\n|---|---|---|---|\n",
);
const folder = mkdtempSync(join(tmpdir(), "aura-chain-"));
try {
  let chains = 0;
  const files = (): string => join(folder, String((chains += 1)));
  await report("files", { lanes: 64, appends: APPENDS, store: () => fileChainStore(files()) });
  await report("files", { lanes: 1, appends: 256, store: () => fileChainStore(files()) });
  await report("memory", { lanes: 64, appends: APPENDS, store: memoryChainStore });
  const counted = countedFiles();
  const { syncs } = await lap({ lanes: 64, appends: APPENDS, store: () => counted.store(files()) }, counted.syncs);
  process.stdout.write(`\nfiles, 64 at once: one synchronisation for ${(1 / syncs).toFixed(0)} entries\n`);
} finally {
  rmSync(folder, { recursive: true });
}

interface Shape {
  readonly lanes: number;
  readonly appends: number;
  readonly store: () => ChainStore;
}

async function report(what: string, shape: Shape): Promise<void> {
  const laps: Lap[] = [];
  for (let round = 0; round < ROUNDS; round += 1) laps.push(await lap(shape));
  const rates = laps.map(({ entriesPerSecond }) => entriesPerSecond).toSorted((one, other) => one - other);
  const micros = laps.map((one) => one.micros).toSorted((one, other) => one - other);
  process.stdout.write(`| ${what} | ${shape.lanes} | ${spread(micros, 1)} | ${spread(rates, 0)} |\n`);
}

async function lap({ lanes, appends, store }: Shape, syncs = (): number => 0): Promise<Lap> {
  const chain = await openAuditChain(store(), logKey, { origin: "example.com/aura/bench" });
  const before = syncs();
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let at = 0; at < appends / lanes; at += 1) await chain.append("refund.sent", { lane, order: at }, facts);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedMs) / 1_000;
  const counted = syncs() - before;
  await chain.close();
  return { entriesPerSecond: appends / seconds, micros: (user + system) / appends, syncs: counted / appends };
}

/** The same store over files that count; its time is not measured. */
function countedFiles(): { readonly store: (path: string) => ChainStore; readonly syncs: () => number } {
  let syncs = 0;
  const open: OpenFile = async (path, flags, mode) => {
    const file = await openFile(path, flags, mode);
    for (const name of ["sync", "datasync"] as const) {
      const act = file[name].bind(file);
      file[name] = async () => {
        syncs += 1;
        await act();
      };
    }
    return file;
  };
  return { store: (path) => new FileChainStore(path, open), syncs: () => syncs };
}

function spread(sorted: readonly number[], digits: number): string {
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  const middle = sorted[sorted.length >> 1] ?? Number.NaN;
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
}
