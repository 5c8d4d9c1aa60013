// What a log of a million entries costs: verifying its export, one append and one inclusion proof:
// `node --conditions=@aura/source packages/trust/bench/million.bench.ts`. CPU time, so that a busy machine does not decide.
// Writes an export of about 650 MB into the temporary folder and removes it; a few minutes.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  commit,
  encodeEntry,
  extendTree,
  inclusionProof,
  leafHash,
  logLines,
  newNonce,
  signCheckpoint,
  systemRandom,
  verifierKeyOf,
  verifyInclusion,
  verifyLog,
} from "../src/index.ts";
import type { Hash } from "../src/index.ts";
import { entryAt, longLogLines, ORIGIN, signer } from "./long-log.ts";

const ENTRIES = 1_000_000;
const FEW = 1_000;
const ROUNDS = 9;
const APPENDS = 3_200;
const BATCH = 64;
const PROOFS = 200;

process.stdout.write(
  `Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? "unknown CPU"}\n`,
);
await verifyExport();
await growAndProve();

async function verifyExport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "aura-million-"));
  const path = join(folder, "log.jsonl");
  try {
    await pipeline(Readable.from(longLogLines(ENTRIES)), createWriteStream(path));
    const heaps: number[] = [];
    const progress = (): void => void heaps.push(process.memoryUsage().rss);
    const chunks = createReadStream(path, { highWaterMark: 262_144 });
    const start = process.cpuUsage();
    const key = verifierKeyOf(ORIGIN, signer.publicKey);
    const verification = await verifyLog(logLines(chunks), { key, progress });
    const { user, system } = process.cpuUsage(start);
    if (!verification.ok) throw new Error(verification.what);
    const [half = 0, whole = 0] = [heaps[heaps.length >> 1], heaps.at(-1)];
    process.stdout.write(
      `verifyLog of ${verification.size} entries ${((user + system) / 1e6).toFixed(1)} CPU s, bar 40; ` +
        `memory ${(half / 1e6).toFixed(0)} MB half way, ${(whole / 1e6).toFixed(0)} MB at the end\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function growAndProve(): Promise<void> {
  const small = grown(FEW);
  const large = grown(ENTRIES);
  const costs = { few: [] as number[], many: [] as number[], proof: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.few.push(await measure(APPENDS, () => append(small)));
    costs.many.push(await measure(APPENDS, () => append(large)));
    costs.proof.push(await measure(PROOFS, () => prove(large)));
  }
  const [few, many, proof] = [median(costs.few), median(costs.many), median(costs.proof)];
  process.stdout.write(
    `append at ${FEW} entries ${few.toFixed(1)} us, at ${ENTRIES} ${many.toFixed(1)} us, ratio ${(many / few).toFixed(2)}, bar 1.2\n` +
      `inclusion proof at ${ENTRIES} ${proof.toFixed(0)} us, bar 100\n`,
  );
}

interface Tree {
  size: number;
  root: Hash;
  readonly tiles: Map<string, readonly Hash[]>;
}

function grown(size: number): Tree {
  const tree: Tree = { size: 0, root: "" as Hash, tiles: new Map() };
  while (tree.size < size) {
    const leaves = Array.from({ length: Math.min(4_096, size - tree.size) }, (_, at) => leafHash(`${tree.size + at}`));
    extend(tree, leaves);
  }
  return tree;
}

function extend(tree: Tree, leaves: readonly Hash[]): void {
  const { size, root, tiles } = extendTree(tree.size, leaves, (level, index) => tileOf(tree, level, index));
  for (const { level, index, hashes } of tiles) tree.tiles.set(`${level}/${index}`, hashes);
  Object.assign(tree, { size, root });
}

function tileOf({ tiles }: Tree, level: number, index: number): readonly Hash[] {
  return tiles.get(`${level}/${index}`) ?? [];
}

/** Commit, encode, hash, extend; a signed checkpoint every {@link BATCH}. */
async function append(tree: Tree): Promise<void> {
  let previous: Hash | null = null;
  for (let at = 0; at < APPENDS; at += BATCH) {
    const leaves: Hash[] = [];
    for (let next = at; next < at + BATCH; next += 1) {
      const payloads = { arguments: commit(newNonce(systemRandom), "{}") };
      previous = leafHash(encodeEntry({ ...entryAt(next, previous), payloads }));
      leaves.push(previous);
    }
    extend(tree, leaves);
    await signCheckpoint(signer, { origin: ORIGIN, size: tree.size, root: tree.root });
  }
}

function prove(tree: Tree): void {
  for (let at = 0; at < PROOFS; at += 1) {
    const index = (at * 4_999 + 7) % ENTRIES;
    const proof = inclusionProof(index, tree.size, (level, tile) => tileOf(tree, level, tile));
    if (at > 0) continue; // that it verifies is shown once: verifying is not what is measured
    const { size, root } = tree;
    if (!verifyInclusion({ leaf: leafHash(`${index}`), index, size, proof, root })) throw new Error("a proof is wrong");
  }
}

/** CPU microseconds an operation. */
async function measure(operations: number, act: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / operations;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
