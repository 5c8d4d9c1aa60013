// What a log of a million entries costs: verifying its export, one append, and proofs of entries at random:
// `node --conditions=@aura/source packages/trust/bench/million.bench.ts`. CPU time, so that a busy machine does not decide.
// Writes an export of about 650 MB into the temporary folder and removes it; a few minutes.
import { randomInt } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  commit,
  consistencyProof,
  encodeEntry,
  extendTree,
  inclusionProof,
  leafHash,
  logLines,
  newNonce,
  signCheckpoint,
  systemRandom,
  TreeNodes,
  verifierKeyOf,
  verifyInclusion,
  verifyLog,
} from "../src/index.ts";
import type { Hash, TileReader } from "../src/index.ts";
import { entryAt, longLogLines, ORIGIN, signer } from "./long-log.ts";

const ENTRIES = 1_000_000;
const FEW = 1_000;
const ROUNDS = 9;
const APPENDS = 3_200;
const BATCH = 64;
const PROOFS = 200;
const TILE = 256;

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
  const met = { ...large, nodes: new TreeNodes() };
  for (let index = 0; index < ENTRIES; index += TILE) inclusionProof(index, met.size, tilesOf(met)); // every tile is met once
  const costs = {
    few: [] as number[],
    many: [] as number[],
    cold: [] as number[],
    fresh: [] as number[],
    random: [] as number[],
    growth: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.few.push(await measure(APPENDS, () => append(small)));
    costs.many.push(await measure(APPENDS, () => append(large)));
    costs.cold.push(await measure(PROOFS, () => prove(met, "nothing kept")));
    costs.fresh.push(await measure(PROOFS, () => prove({ ...met, nodes: new TreeNodes() })));
    costs.random.push(await measure(PROOFS, () => prove(met)));
    costs.growth.push(await measure(PROOFS, () => proveGrowth(met)));
  }
  const [few, many] = [median(costs.few), median(costs.many)];
  const us = (values: readonly number[]): string => `${median(values).toFixed(0)} us`;
  process.stdout.write(
    `append at ${FEW} entries ${few.toFixed(1)} us, at ${ENTRIES} ${many.toFixed(1)} us, ratio ${(many / few).toFixed(2)}, bar 1.2\n` +
      `inclusion proof of an entry at random of ${ENTRIES}: ${us(costs.random)} with nodes kept, bar 100; ` +
      `${us(costs.fresh)} while most tiles are met for the first time; ${us(costs.cold)} with nothing kept\n` +
      `consistency proof from a size at random ${us(costs.growth)} with nodes kept\n` +
      `nodes are kept of ${met.nodes.tiles} tiles\n`,
  );
}

interface Tree {
  size: number;
  root: Hash;
  readonly tiles: Map<string, readonly Hash[]>;
  readonly nodes: TreeNodes;
}

function grown(size: number): Tree {
  const tree: Tree = { size: 0, root: "" as Hash, tiles: new Map(), nodes: new TreeNodes() };
  while (tree.size < size) {
    const leaves = Array.from({ length: Math.min(4_096, size - tree.size) }, (_, at) => leafHash(`${tree.size + at}`));
    extend(tree, leaves);
  }
  return tree;
}

function extend(tree: Tree, leaves: readonly Hash[]): void {
  const { size, root, tiles } = extendTree(tree.size, leaves, tilesOf(tree));
  for (const { level, index, hashes } of tiles) tree.tiles.set(`${level}/${index}`, hashes);
  Object.assign(tree, { size, root });
}

function tilesOf({ tiles, nodes }: Tree): { readonly read: TileReader; readonly nodes: TreeNodes } {
  return { read: (level, index) => tiles.get(`${level}/${index}`) ?? [], nodes };
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

/** Proofs of entries at random; the first is verified, for verifying is not what is measured. */
function prove(tree: Tree, kept: "nodes kept" | "nothing kept" = "nodes kept"): void {
  const { size, root } = tree;
  for (let at = 0; at < PROOFS; at += 1) {
    const index = randomInt(ENTRIES);
    const proof = inclusionProof(index, size, kept === "nodes kept" ? tilesOf(tree) : tilesOf(tree).read);
    if (at > 0) continue;
    if (!verifyInclusion({ leaf: leafHash(`${index}`), index, size, proof, root })) throw new Error("a proof is wrong");
  }
}

function proveGrowth(tree: Tree): void {
  for (let at = 0; at < PROOFS; at += 1) consistencyProof(1 + randomInt(ENTRIES), tree.size, tilesOf(tree));
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
