import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram } from "../src/cli/program.ts";
import {
  cosignCheckpoint,
  encodeEntry,
  formatTlogProof,
  formatVerifierKey,
  inclusionProof,
  leafHash,
  extendTree,
  parseTlogProof,
  verifyTlogProof as judgeTlogProof,
} from "../src/index.ts";
import { TLOG_PROOF_EXTRA_BYTES_MAX, TLOG_PROOF_HASHES_MAX } from "../src/tlog-proof.ts";
import { noteProof } from "./judged.ts";
import { checkpointOf, LOG_KEY, sampleLog, sampleSigner } from "./sample-log.ts";
import { shelf } from "./tile-shelf.ts";
import { aWitness, WITNESSED_MS } from "./witness-world.ts";

const log = await sampleLog();
const leaves = log.leaves();
const size = leaves.length;
const tiles = shelf();
tiles.keep(extendTree(0, leaves, () => []).tiles);
const note = await checkpointOf(log);
const proofOf = (index: number) => ({ index, proof: inclusionProof(index, size, tiles.read), note });
const text = formatTlogProof(proofOf(5));
const anchors = { key: LOG_KEY };
/** Judged here, and noted for the second verifier. */
const verifyTlogProof: typeof judgeTlogProof = (written, leaf, given) =>
  noteProof(written, leaf, given, judgeTlogProof(written, leaf, given));

it("proves every entry, reads what it writes, and says that no witness was checked", () => {
  for (const [index, leaf] of leaves.entries()) {
    const written = formatTlogProof(proofOf(index));
    expect(parseTlogProof(written)).toEqual(proofOf(index));
    expect(verifyTlogProof(written, leaf, anchors)).toMatchObject({
      ok: true,
      index,
      checkpoint: { size },
      notChecked: ["witness"],
    });
  }
  expect(text.startsWith("c2sp.org/tlog-proof@v1\nindex 5\n")).toBe(true);
});

it("carries data that nothing vouches for", () => {
  const extra = new TextEncoder().encode("the entry, or anything");
  const written = formatTlogProof({ ...proofOf(5), extra });
  expect(parseTlogProof(written)?.extra).toEqual(extra);
  expect(verifyTlogProof(written, leaves[5]!, anchors)).toMatchObject({ ok: true });
});

it("refuses another leaf, another place, another hash, and a note of another key", async () => {
  const refused = (written: string, leaf = leaves[5]!) => verifyTlogProof(written, leaf, anchors);
  expect(refused(text, leaves[6])).toMatchObject({ reason: "entry_altered", seq: 5 });
  expect(refused(text.replace("index 5", "index 6"))).toMatchObject({ reason: "entry_altered" });
  expect(
    refused(formatTlogProof({ ...proofOf(5), proof: [leafHash("x"), ...proofOf(5).proof.slice(1)] })),
  ).toMatchObject({
    reason: "entry_altered",
  });
  const stranger = await checkpointOf(log, size, sampleSigner("stranger"));
  expect(refused(formatTlogProof({ ...proofOf(5), note: stranger }))).toMatchObject({ reason: "wrong_key" });
  expect(refused(text.replace(`\n${size}\n`, `\n${size + 1}\n`))).toMatchObject({ reason: "checkpoint_forged" });
});

it("is witnessed by those who were asked about, or refused", async () => {
  const { signer, key } = aWitness();
  const cosigned = text + (await cosignCheckpoint(signer, { name: key.name, note, timeMs: WITNESSED_MS }));
  const witnesses = { keys: [key], quorum: 1 };
  expect(verifyTlogProof(cosigned, leaves[5]!, { ...anchors, witnesses })).toMatchObject({ ok: true, notChecked: [] });
  expect(verifyTlogProof(text, leaves[5]!, { ...anchors, witnesses })).toMatchObject({ reason: "unwitnessed" });
});

const hash = "Yq6ze3vwtFOt3dhyF/QT5xGU7PNfCxLg0Yis5U+m3Io=\n";
it.each([
  ["nothing", ""],
  ["a version that is no number", text.replace("@v1", "@vx")],
  ["a carriage return", text.replace("\n", "\r\n")],
  ["an index with a leading zero", text.replace("index 5", "index 05")],
  ["an index above 2^53", text.replace("index 5", "index 9007199254740992")],
  ["no index", text.replace("index 5\n", "")],
  ["data that is no base64", text.replace("index 5", "extra ?\nindex 5")],
  ["data twice", text.replace("index 5", "extra AA==\nextra AA==\nindex 5")],
  ["data behind the index", text.replace("index 5\n", "index 5\nextra AA==\n")],
  ["a hash cut short", text.replace(/=\n/, "\n")],
  ["too many hashes", `c2sp.org/tlog-proof@v1\nindex 5\n${hash.repeat(TLOG_PROOF_HASHES_MAX + 1)}\n${note}`],
  [
    "too much data",
    text.replace("index 5", `extra ${Buffer.alloc(TLOG_PROOF_EXTRA_BYTES_MAX + 1).toString("base64")}\nindex 5`),
  ],
])("refuses %s", (_, written) => {
  expect(verifyTlogProof(written, leaves[5]!, anchors)).toMatchObject({ ok: false, reason: "malformed_proof" });
});

it.each(["@v2", "@v0", "@v01", "@v999999999"])("refuses %s as an unknown format, whatever follows", (version) => {
  for (const written of [text.replace("@v1", version), `c2sp.org/tlog-proof${version}\nanything`]) {
    const format = `c2sp.org/tlog-proof${version}`;
    const refused = verifyTlogProof(written, leaves[5]!, anchors);
    expect(refused).toMatchObject({
      ok: false,
      reason: "unknown_format",
      what: expect.stringContaining(format) as string,
    });
    expect(parseTlogProof(written)).toBeUndefined();
  }
});

it("has room for as many hashes and as much data as may be, and writes no more", () => {
  const full = { ...proofOf(5), extra: new Uint8Array(TLOG_PROOF_EXTRA_BYTES_MAX) };
  expect(parseTlogProof(formatTlogProof(full))?.extra?.length).toBe(TLOG_PROOF_EXTRA_BYTES_MAX);
  const most = Array.from({ length: TLOG_PROOF_HASHES_MAX }, () => leafHash("x"));
  expect(parseTlogProof(formatTlogProof({ ...proofOf(5), proof: most }))?.proof.length).toBe(TLOG_PROOF_HASHES_MAX);
  const refused = expect.objectContaining({ code: "trust/tree_refused" });
  expect(() => formatTlogProof({ ...proofOf(5), proof: [...most, leafHash("x")] })).toThrow(refused);
  expect(() => formatTlogProof({ ...full, extra: new Uint8Array(TLOG_PROOF_EXTRA_BYTES_MAX + 1) })).toThrow(refused);
  expect(() => formatTlogProof({ ...proofOf(5), index: -1 })).toThrow(refused);
});

it("is what `aura-trust verify` knows by its first line; the entry is in it, or it is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aura-proof-"));
  const run = async (written: string) => {
    const file = join(folder, "entry.tlog-proof");
    await writeFile(file, written);
    let out = "";
    const key = formatVerifierKey(LOG_KEY.name, LOG_KEY.key);
    const code = await runProgram(["verify", file, "--key", key], {
      out: (part) => (out += part),
      err: () => undefined,
      watched: false,
    });
    return [code, out.split("\n")[0]];
  };
  const extra = new TextEncoder().encode(encodeEntry(log.entries[5]!));
  expect(await run(formatTlogProof({ ...proofOf(5), extra }))).toEqual([
    0,
    `OK (without witness): the entry in this proof is entry 5 of ${LOG_KEY.name}.`,
  ]);
  const other = new TextEncoder().encode(encodeEntry(log.entries[6]!));
  expect(await run(formatTlogProof({ ...proofOf(5), extra: other }))).toEqual([1, "REFUSED: entry_altered at entry 5"]);
  expect(await run(text)).toEqual([1, "REFUSED: malformed_proof"]);
  await rm(folder, { recursive: true });
});
