import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  canonicalJson,
  cosignCheckpoint,
  encodeEntry,
  extendTree,
  formatTlogProof,
  formatVerifierKey,
  formatWitnessKey,
  inclusionProof,
  isAuraError,
  leafHash,
  logLines,
  memoryChainStore,
  parseCanonicalJson,
  parseVerifierKey,
  verifyLog,
  verifyReceipt,
  verifyTlogProof,
  witnessKeyOf,
} from "../src/index.ts";
import type { JsonValue } from "../src/index.ts";
import { appendMany, linesOf, openChain, rootKey } from "./audit-world.ts";
import { noteAnchor, noteLog, noteProof, noteReceipt, recorder } from "./judged.ts";
import { askPython, runPython } from "./second-verifier.ts";
import { checkpointOf, exportOf, LOG_KEY, ORIGIN, receiptOf, sampleLog, sampleSigner } from "./sample-log.ts";
import { shelf } from "./tile-shelf.ts";
import { votedLog } from "./voted-log.ts";
import { readVectors } from "./vector-file.ts";
import { aWitness, WITNESSED_MS } from "./witness-world.ts";

/**
 * foreign/verify_log.py was written from docs/formats and shares no code with ours. Here it judges the very files that our
 * verifier is tested with: the tests below are run once more, each file is kept with our answer, and at the end the two
 * verifiers are compared on all of them, reason and position included.
 */
vi.mock("../src/verify-anchored.ts", async (original) => {
  const { verifyAnchored } = await original<typeof import("../src/verify-anchored.ts")>();
  let asked = 0;
  return {
    verifyAnchored: (...[text, anchors]: Parameters<typeof verifyAnchored>) => {
      const answer = verifyAnchored(text, anchors);
      asked += 1;
      // Of the thousands that a property asks about, some will do.
      return asked < 300 || asked % 7 === 0 ? noteAnchor(text, anchors, answer) : answer;
    },
  };
});
recorder.judged = [];
recorder.test = () => expect.getState().currentTestName ?? "";
afterAll(() => {
  recorder.judged = undefined;
});

await import("./verify-log.test.ts");
await import("./verify-log.property.test.ts");
await import("./verify-receipt.test.ts");
await import("./verify-witnesses.test.ts");
await import("./tlog-proof.test.ts");
await import("./org-log.test.ts");
await import("./org-log-tick.test.ts");
await import("./anchored-checkpoint.test.ts");
await import("./org-log.golden.test.ts");
await import("./org-log.property.test.ts");
await import("./golden.test.ts");

describe("verifyLog, of chains as they are written today", () => {
  it.each([0, 1, 2, 63, 64, 65, 300])(
    "accepts an export of %i entries and their founding, by log key and by root",
    async (count) => {
      for (const root of [undefined, rootKey]) {
        const chain = await openChain(memoryChainStore(), root === undefined ? {} : { root });
        await appendMany(chain, count);
        await chain.checkpoint();
        const file = Buffer.from((await linesOf(chain)).map((line) => `${line}\n`).join(""));
        const anchors = {
          key: parseVerifierKey(chain.verifierKey),
          ...(root === undefined ? {} : { root: root.publicKey }),
        };
        expect(noteLog(file, anchors, await verifyLog(logLines([file]), anchors))).toMatchObject({
          ok: true,
          size: count + 1,
        });
        await chain.close();
      }
    },
  );
});

describe("verifyTlogProof and verifyLog, of notes and proofs that were changed", () => {
  it("answers every flipped, dropped and doubled byte of a cosigned proof", async () => {
    const log = await sampleLog();
    const tiles = shelf();
    tiles.keep(extendTree(0, log.leaves(), () => []).tiles);
    const [w1, w2] = [aWitness(31, "witness.example/w1"), aWitness(32, "witness.example/w2")];
    let note = await checkpointOf(log);
    for (const { signer, key } of [w1, w2])
      note += await cosignCheckpoint(signer, { name: key.name, note, timeMs: WITNESSED_MS });
    const extra = new TextEncoder().encode("the entry");
    const leaf = leafHash("the entry");
    const proof = formatTlogProof({ index: 5, proof: inclusionProof(5, 16, tiles.read), note, extra });
    const real = formatTlogProof({ index: 5, proof: inclusionProof(5, 16, tiles.read), note });
    const anchors = { key: LOG_KEY, witnesses: { keys: [w1.key, w2.key], quorum: 2 } };
    for (const [text, own] of [
      [proof, leaf],
      [real, log.leaves()[5]!],
    ] as const) {
      noteProof(text, own, anchors, verifyTlogProof(text, own, anchors));
      for (let at = 0; at < text.length; at += 1) {
        const changed = [
          `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`,
          text.slice(0, at) + text.slice(at + 1),
          text.slice(0, at) + text[at]! + text.slice(at),
        ][at % 3]!;
        noteProof(changed, own, anchors, verifyTlogProof(changed, own, anchors));
      }
    }
    const whole = (recorder.judged ?? []).filter(({ kind, answer }) => kind === "proof" && answer.ok);
    expect(whole.length).toBeGreaterThan(16);
  }, 60_000);

  it("answers a log and a receipt whose checkpoint has any line of any witness", async () => {
    const log = await sampleLog();
    const note = await checkpointOf(log);
    const receipt = await receiptOf(log);
    const witnesses = [31, 32, 33].map((byte) => aWitness(byte, `witness.example/w${byte}`));
    const own = { signer: sampleSigner("log"), key: witnessKeyOf(ORIGIN, sampleSigner("log").publicKey) };
    const all = [...witnesses, own];
    const lines = await Promise.all(
      all.flatMap(({ signer, key }) =>
        [1_000, WITNESSED_MS].map((timeMs) => cosignCheckpoint(signer, { name: key.name, note, timeMs })),
      ),
    );
    const line = fc.oneof(
      fc.constantFrom(...lines),
      fc.constantFrom(...lines).map((text) => text.replace(/[A-Za-z]{4}=*\n$/, "AAAA\n")),
      fc.constantFrom(...lines).map((text) => text.replace(/w[0-9]+ /, "w31 ")),
    );
    const cases = fc.sample(
      fc.record({
        more: fc.array(line, { maxLength: 5 }),
        keys: fc.subarray(all.map(({ key }) => key)),
        quorum: fc.integer({ min: 0, max: 4 }),
      }),
      { numRuns: 150, seed: 3 },
    );
    for (const { more, keys, quorum } of cases) {
      const checkpoint = note + more.join("");
      const anchors = { key: LOG_KEY, witnesses: { keys, quorum } };
      const file = Buffer.from(await exportOf(log, checkpoint));
      noteLog(file, anchors, await verifyLog(logLines([file]), anchors));
      const shown = { ...receipt, checkpoint };
      noteReceipt(shown, anchors, verifyReceipt(shown, anchors));
    }
    const reasons = new Set((recorder.judged ?? []).map(({ answer }) => answer.reason));
    expect([...reasons]).toEqual(expect.arrayContaining(["unwitnessed", "cosignature_forged"]));
  }, 60_000);
});

describe("the second verifier", () => {
  interface Answer {
    readonly ok: boolean;
    readonly reason?: string;
    readonly seq?: number;
  }

  it("agrees with ours on every file above: accepted or refused, the reason, the position", async () => {
    const judged = recorder.judged ?? [];
    const answers = await askPython<Answer>(judged);
    const compared = judged.map(({ test, kind, answer }, at) => {
      const { ok, reason, seq } = answers[at] ?? { ok: undefined };
      return {
        test,
        kind,
        answer,
        theirs: { ok, ...(ok === true ? {} : { reason }), ...(seq === undefined ? {} : { seq }) },
      };
    });
    expect(
      compared.filter(({ answer, theirs }) => canonicalJson({ ...answer }) !== JSON.stringify(sorted(theirs))),
    ).toEqual([]);
    expect(judged.filter(({ answer }) => answer.ok).length).toBeGreaterThan(30);
    expect(judged.filter(({ kind }) => kind === "receipt").length).toBeGreaterThan(500);
    expect(judged.filter(({ kind }) => kind === "log").length).toBeGreaterThan(1_500);
    expect(judged.filter(({ kind }) => kind === "proof").length).toBeGreaterThan(1_000);
    expect(judged.filter(({ kind }) => kind === "anchor").length).toBeGreaterThan(500);
    expect(judged.filter(({ witnesses }) => witnesses !== undefined).length).toBeGreaterThan(1_000);
    expect(new Set(judged.map(({ answer }) => answer.reason)).size).toBeGreaterThan(25);
  }, 300_000);

  it("accepts and refuses the same signatures and keys", async () => {
    interface Ed25519Vectors {
      readonly signatures: readonly { key: string; message: string; signature: string; accept: boolean }[];
      readonly refusedKeys: readonly { key: string }[];
      readonly refusedAnchors: readonly { key: string }[];
    }
    const { signatures, refusedKeys, refusedAnchors } = readVectors<Ed25519Vectors>("ed25519.json");
    const judgedSignatures = await askPython<Answer>(
      signatures.map(({ key, ...rest }) => ({ kind: "ed25519", publicKey: key, ...rest })),
    );
    expect(judgedSignatures).toEqual(signatures.map(({ accept }) => ({ ok: accept })));
    const keys = [...refusedKeys, ...refusedAnchors].map(({ key }) => ({ kind: "key", publicKey: key }));
    expect(await askPython<Answer>(keys)).toEqual([
      ...refusedKeys.map(() => ({ ok: false, anchor: false })),
      ...refusedAnchors.map(() => ({ ok: true, anchor: false })),
    ]);
  });

  it("has one opinion with ours about what canonical JSON is", async () => {
    interface CanonicalVectors {
      readonly accepted: readonly { readonly input: string; readonly canonical: string }[];
      readonly refused: readonly { readonly text: string }[];
      readonly refusedBytes: readonly { readonly bytes: string }[];
    }
    const { accepted, refused, refusedBytes } = readVectors<CanonicalVectors>("canonical-json.json");
    const doubles = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), { numRuns: 3_000, seed: 1 });
    const values = fc.sample(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { numRuns: 300, seed: 2 });
    const texts = [
      ...accepted.flatMap(({ input, canonical }) => [input, canonical]),
      ...refused.map(({ text }) => text),
      ...[...doubles, 1e21, 1e-7, 123456789012345680000, 5e-324, 2 ** 53, -0].map(String),
      ...values.flatMap((value) => [JSON.stringify(value), spelled(value as JsonValue)]),
      ...[127, 128, 129, 2_000, 100_000].map((depth) => "[".repeat(depth) + "]".repeat(depth)),
      "-0", "1.0", "1e5", "01", "NaN", "Infinity", "9".repeat(5_000), '{"a":1,"a":1}', '"\\ud800"', '"\\u007f"', "\u2028",
    ]; // prettier-ignore
    const bytes = [
      ...texts.map((text) => Buffer.from(text)),
      ...refusedBytes.map((one) => Buffer.from(one.bytes, "hex")),
    ];
    const answers = await askPython<{ ok: boolean; text?: string }>(
      bytes.map((one) => ({ kind: "canonical", text: one.toString("base64") })),
    );
    expect(answers).toEqual(bytes.map(ours));
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(3_000);
  });

  it("holds every vector, as does a reader of the vectors alone", async () => {
    const { status, stdout, stderr } = await runPython([
      "vectors.py",
      fileURLToPath(new URL("../vectors", import.meta.url)),
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(Number(stdout)).toBeGreaterThan(200);
  });
});

describe("verify_log.py, of a receipt that asks for work", () => {
  it("verifies a vote once, however often it was used, and none that is repeated", async () => {
    const receipts = [{}, { approvals: 20 }, { used: Array.from({ length: 10_000 }, () => 4) }].map(
      async (differences) => canonicalJson((await receiptOf(await votedLog(differences))) as unknown as JsonValue),
    );
    const key = formatVerifierKey(LOG_KEY.name, LOG_KEY.key);
    const cases = (await Promise.all(receipts)).map((one) => ({ file: Buffer.from(one).toString("base64"), key }));
    const input = cases.map((one) => `${JSON.stringify(one)}\n`).join("");
    const { status, stdout, stderr } = await runPython(["count-verifications.py"], input);
    expect([status, stderr]).toEqual([0, ""]);
    const counted = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as [string | null, number]); // prettier-ignore
    const [[, once], ...others] = counted as [[null, number], ...[string | null, number][]];
    expect(others).toEqual([
      [null, once],
      ["vote_forged", once - 1],
    ]);
  });
});

describe("verify_log.py as a command", () => {
  const script = "../foreign/verify_log.py";
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aura-foreign-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const kept = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it("verifies a log and a receipt with keys from its options, by the same exit codes as aura-trust", async () => {
    const { verifierKey, root, since, file } = readVectors<Record<string, string>>("log.json");
    const log = kept("log.jsonl", file!);
    const options = ["--key", verifierKey!, "--since", kept("since", since!), "--root", JSON.stringify(root)];
    const verified = await runPython([script, log, ...options]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, size: 16, since: 10, notChecked: ["witness"] });
    const receipt = kept(
      "receipt.json",
      `${canonicalJson((await receiptOf(await sampleLog())) as unknown as JsonValue)}\n`,
    );
    const shown = await runPython([script, receipt, "--key", verifierKey!]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ ok: true, kind: "SUCCEEDED", entries: 13 });
    const refounds = { size: 1, root: "A".repeat(43) as never, lost: { from: 1, count: 1 }, reason: "restored" };
    const codes = await Promise.all(
      [
        [script, kept("flipped.jsonl", file!.replace('"L2"', '"L4"')), ...options],
        [script, log, "--key", "no key"],
        [script, join(folder, "absent"), "--key", verifierKey!],
        [script, kept("newer.jsonl", file!.replace("aura-log-1", "aura-log-2")), ...options],
        [script, kept("refounded.jsonl", await exportOf(await sampleLog({ refounds }))), "--key", verifierKey!],
        [script],
      ].map(async (args) => (await runPython(args)).status),
    );
    expect([verified.status, shown.status, ...codes]).toEqual([0, 0, 1, 2, 2, 3, 4, 2]);
  });
});

describe("verify_log.py as a command, with witnesses and proofs", () => {
  const script = "../foreign/verify_log.py";
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aura-foreign-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes witnesses and a quorum, and the proof of one entry", async () => {
    const { verifierKey } = readVectors<Record<string, string>>("log.json");
    const log = await sampleLog();
    const { signer, key } = aWitness(31, "witness.example/w1");
    const other = formatWitnessKey("witness.example/w2", aWitness(32).key.key);
    const bare = await checkpointOf(log);
    const note = bare + (await cosignCheckpoint(signer, { name: key.name, note: bare, timeMs: WITNESSED_MS }));
    const tiles = shelf();
    tiles.keep(extendTree(0, log.leaves(), () => []).tiles);
    const extra = new TextEncoder().encode(encodeEntry(log.entries[5]!));
    const path = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const file = path("log", await exportOf(log, note));
    const proof = path("proof", formatTlogProof({ index: 5, proof: inclusionProof(5, 16, tiles.read), note, extra }));
    const w1 = formatWitnessKey(key.name, key.key);
    const given = ["--key", verifierKey!, "--witness", w1];
    const ran = async (...args: readonly string[]) => {
      const { status, stdout } = await runPython([script, ...args]);
      return { status, ...(stdout === "" ? {} : (JSON.parse(stdout) as object)) };
    };
    const cosigned = [{ name: "witness.example/w1", timeS: WITNESSED_MS / 1_000 }];
    expect(await ran(file, ...given)).toMatchObject({
      status: 0,
      cosigned,
      notChecked: ["older_checkpoint", "root_key"],
    });
    expect(await ran(proof, ...given)).toMatchObject({ status: 0, index: 5, cosigned, notChecked: [] });
    expect(await ran(proof, ...given, "--witness", other)).toMatchObject({ status: 1, reason: "unwitnessed" });
    expect(await ran(proof, ...given, "--witness", other, "--quorum", "1")).toMatchObject({ status: 0 });
    for (const wrong of [
      ["--quorum", "2"],
      ["--quorum", "01"],
      ["--witness", verifierKey!],
      ["--since", proof],
      ["--key", verifierKey!],
    ])
      expect(await ran(proof, ...given, ...wrong)).toEqual({ status: 2 });
    const {
      verifierKey: org,
      namespaces,
      anchored,
    } = readVectors<{
      readonly verifierKey: string;
      readonly namespaces: Record<string, { readonly verifierKey: string }>;
      readonly anchored: readonly { readonly namespace: string; readonly text: string; readonly size: number }[];
    }>("org-log.json");
    const [first] = anchored;
    const anchor = [path("anchored", first!.text), "--key", namespaces[first!.namespace]!.verifierKey];
    expect(await ran(...anchor, "--org-log", org)).toMatchObject({ status: 0, size: first!.size });
    expect(await ran(...anchor, "--org-log", verifierKey!)).toMatchObject({ status: 1, reason: "wrong_key" });
    expect(await ran(...anchor)).toEqual({ status: 2 });
    expect(await ran(file, ...given, "--org-log", org)).toEqual({ status: 2 });
    const moved = path("moved", formatTlogProof({ index: 6, proof: inclusionProof(5, 16, tiles.read), note, extra }));
    expect(await ran(moved, ...given)).toMatchObject({ status: 1, reason: "entry_altered", seq: 6 });
  });
});

function ours(bytes: Uint8Array): { ok: boolean; text?: string } {
  try {
    return { ok: true, text: canonicalJson(parseCanonicalJson(bytes)) };
  } catch (error) {
    if (isAuraError(error)) return { ok: false };
    throw error;
  }
}

function spelled(value: JsonValue): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (isAuraError(error)) return "[";
    throw error;
  }
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
