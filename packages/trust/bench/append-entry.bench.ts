// CPU of what an append costs besides storage: commit a payload of 1 kB, encode, hash, extend the tree, sign every 64th:
// `node --conditions=@aura/source packages/trust/bench/append-entry.bench.ts`. CPU time, so that a busy machine does not decide.
import { hash } from "node:crypto";
import { cpus } from "node:os";
import {
  canonicalJson,
  commit,
  encodeEntry,
  extendTree,
  leafHash,
  newNonce,
  signCheckpoint,
  systemRandom,
} from "../src/index.ts";
import type { Hash } from "../src/index.ts";
import { entryAt, ORIGIN, signer } from "./long-log.ts";

const ROUNDS = 7;
const ENTRIES = 6_400;
const CHECKPOINT_EVERY = 64;

const payload = canonicalJson({ text: "x".repeat(1_000) });
const sample = encodeEntry(entryAt(7, null));
process.stdout.write(
  `Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? "unknown CPU"}\n` +
    `entries of ${sample.length} bytes, ${ENTRIES} a round, CPU time of ${ROUNDS} rounds\n`,
);

const rows: readonly (readonly [string, () => unknown])[] = [
  ["one SHA-256 of the entry", () => repeat(() => hash("sha256", sample, "base64url"))],
  ["commit", () => repeat(() => commit(newNonce(systemRandom), payload))],
  ["encode and leaf", () => repeat((at) => leafHash(encodeEntry(entryAt(at, null))))],
  ["all, no checkpoint", () => append(ENTRIES, false)],
  [`all, tree and signature every ${CHECKPOINT_EVERY}`, () => append(CHECKPOINT_EVERY, true)],
];
for (const [name, act] of rows) {
  await measure(act); // warm
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(act));
  const sorted = rounds.toSorted((a, b) => a - b);
  process.stdout.write(
    `${name.padEnd(36)} ${sorted[Math.floor(ROUNDS / 2)]?.toFixed(1)} us an entry (${sorted[0]?.toFixed(1)} to ${sorted.at(-1)?.toFixed(1)})\n`,
  );
}

function repeat(act: (at: number) => unknown): void {
  for (let at = 0; at < ENTRIES; at += 1) act(at);
}

async function append(batch: number, signed: boolean): Promise<void> {
  const tiles = new Map<string, readonly Hash[]>();
  let previous: Hash | null = null;
  let leaves: Hash[] = [];
  let size = 0;
  for (let at = 0; at < ENTRIES; at += 1) {
    const argument = commit(newNonce(systemRandom), payload);
    previous = leafHash(encodeEntry({ ...entryAt(at, previous), payloads: { arguments: argument } }));
    leaves.push(previous);
    if (leaves.length < batch) continue;
    const grown = extendTree(size, leaves, (level, index) => tiles.get(`${level}/${index}`) ?? []);
    for (const { level, index, hashes } of grown.tiles) tiles.set(`${level}/${index}`, hashes);
    [size, leaves] = [grown.size, []];
    if (signed) await signCheckpoint(signer, { origin: ORIGIN, size, root: grown.root });
  }
}

async function measure(act: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / ENTRIES;
}
