import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileChainStore } from "../src/file-chain-store.ts";
import {
  encodeBase64url,
  formatVerifierKey,
  formatWitnessKey,
  leafHash,
  merkleRoot,
  openCheckpoint,
  parseTlogProof,
  parseVerifierKey,
  signCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from "../src/index.ts";
import type { Hash } from "../src/index.ts";
import { parseAnchor } from "../src/org-log-anchor.ts";
import { appendMany, openChain } from "./audit-world.ts";
import { aNamespace, anOrgLog, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";
import { LOG_KEY, ORIGIN, sampleSigner, SEED_BYTES } from "./sample-log.ts";
import { readVectors } from "./vector-file.ts";
import { aNetwork } from "./witness-net.ts";

/** Go's checksum database reads what we write, and we read what it writes: foreign/sumdb/main.go. */
interface Answer {
  readonly Opened: readonly { Text: string; Names: readonly string[] | null; Problem: string; Unknown: number }[];
  readonly Signed: string;
  readonly Size: number;
  readonly Root: Hash;
  readonly Leaves: readonly Hash[];
  readonly RecordProofs: readonly (readonly Hash[])[];
  readonly TreeProofs: readonly (readonly Hash[])[];
  readonly Inclusion: readonly boolean[];
  readonly Consistency: readonly boolean[];
}

const ENTRIES = 600;
const folder = mkdtempSync(join(tmpdir(), "aura-sumdb-"));
const log = join(folder, "log");
const program = join(folder, "sumdb");
let verifierKey: string;

beforeAll(async () => {
  const goPath = process.env["GO_CODE"] ?? "/usr/share/gocode";
  // The packages of the system, as a GOPATH: nothing is fetched, whatever a module file says.
  const env = { GOPATH: goPath, GO111MODULE: "off", GOFLAGS: "", HOME: homedir(), PATH: process.env["PATH"] ?? "" };
  const source = fileURLToPath(new URL("../foreign/sumdb/main.go", import.meta.url));
  const go = process.env["GO"] ?? "go";
  const built = spawnSync(go, ["build", "-p", "1", "-o", program, source], { env, timeout: 110_000, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`go build failed (${built.status}): ${built.stderr}`);

  const chain = await openChain(fileChainStore(log));
  verifierKey = chain.verifierKey;
  await appendMany(chain, ENTRIES - 1);
  await chain.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function ask(question: object): { readonly status: number | null; readonly stderr: string; readonly answer: Answer } {
  const { status, stderr, stdout } = spawnSync(program, {
    input: JSON.stringify(question),
    timeout: 30_000,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return { status, stderr, answer: (status === 0 ? JSON.parse(stdout) : {}) as Answer };
}

describe("notes", () => {
  const signer = sampleSigner("log");
  const checkpoint = { origin: ORIGIN, size: 3, root: merkleRoot(["a", "b", "c"].map(leafHash)) };
  const goKey = (name: string, id: string, byte: number) => ({
    Name: name,
    Hash: id,
    Seed: encodeBase64url(new Uint8Array(32).fill(byte)),
  });

  it("opens our checkpoints, and refuses each of our refused ones", async () => {
    interface CheckpointVectors {
      readonly verifierKey: string;
      readonly checkpoints: readonly { readonly note: string }[];
      readonly refused: readonly { readonly reason: string; readonly note: string }[];
    }
    const vectors = readVectors<CheckpointVectors>("checkpoint.json");
    const { checkpoints, refused } = vectors;
    const notes = [...checkpoints, ...refused].map(({ note }) => note);
    const { answer } = ask({ VerifierKeys: [vectors.verifierKey], Notes: notes });
    expect(answer.Opened.map(({ Text }) => Text)).toEqual([
      ...checkpoints.map(({ note }) => note.slice(0, note.lastIndexOf("\n\n") + 1)),
      ...refused.map(() => ""),
    ]);
  });

  it("signs under our key, name and hash the very note that we sign, which we open", async () => {
    const ours = await signCheckpoint(signer, checkpoint);
    const { answer } = ask({
      Text: ours.slice(0, ours.lastIndexOf("\n\n") + 1),
      Signers: [goKey(LOG_KEY.name, LOG_KEY.id, SEED_BYTES.log)],
    });
    expect(answer.Signed).toBe(ours);
    expect(openCheckpoint(answer.Signed, LOG_KEY)).toEqual({ ok: true, ...checkpoint });
  });

  it("signs beside us, and each of us opens the note of both", async () => {
    const stranger = sampleSigner("stranger").publicKey;
    const witness = parseVerifierKey(formatVerifierKey("witness.example/w1", stranger));
    const ours = await signCheckpoint(signer, checkpoint);
    const { answer } = ask({
      Text: ours.slice(0, ours.lastIndexOf("\n\n") + 1),
      Signers: [goKey(witness.name, witness.id, SEED_BYTES.stranger), goKey(LOG_KEY.name, LOG_KEY.id, SEED_BYTES.log)],
    });
    expect(openCheckpoint(answer.Signed, LOG_KEY)).toEqual({ ok: true, ...checkpoint });
    const both = ask({ VerifierKeys: [keyText(LOG_KEY), keyText(witness)], Notes: [answer.Signed] }).answer;
    expect(both.Opened[0]?.Names).toEqual([witness.name, LOG_KEY.name]);
    const one = ask({ VerifierKeys: [keyText(LOG_KEY)], Notes: [answer.Signed] }).answer;
    expect(one.Opened[0]).toMatchObject({ Names: [LOG_KEY.name], Unknown: 1 });
  });

  it("opens our cosignatures under a witness key, and refuses each of our forged ones", () => {
    interface CosignatureVectors {
      readonly witnessKey: string;
      readonly cosigned: readonly { readonly note: string }[];
      readonly refused: readonly { readonly reason: string; readonly note: string }[];
    }
    const vectors = readVectors<CosignatureVectors>("cosignature.json");
    const name = vectors.witnessKey.split("+")[0];
    const notes = [...vectors.cosigned, ...vectors.refused].map((one) => one.note);
    const { answer } = ask({ WitnessKeys: [vectors.witnessKey], Notes: notes });
    expect(answer.Opened.map(({ Names }) => Names)).toEqual([
      ...vectors.cosigned.map(() => [name]),
      ...vectors.refused.map(() => null),
    ]);
    const both = ask({ VerifierKeys: [keyText(LOG_KEY)], WitnessKeys: [vectors.witnessKey], Notes: notes.slice(0, 1) });
    expect(both.answer.Opened[0]).toMatchObject({ Names: [ORIGIN, name], Unknown: 0 });
  });

  it("refuses our note with any line of it changed, as we do", async () => {
    const note = await signCheckpoint(signer, checkpoint);
    const changed = note
      .split("")
      .flatMap((character, at) =>
        at % 3 === 0 && character !== "\n"
          ? [note.slice(0, at) + (character === "x" ? "y" : "x") + note.slice(at + 1)]
          : [],
      );
    const { answer } = ask({ VerifierKeys: [keyText(LOG_KEY)], Notes: changed });
    expect(answer.Opened.map(({ Problem }) => Problem === "")).toEqual(
      changed.map((text) => openCheckpoint(text, LOG_KEY).ok),
    );
    expect(answer.Opened.every(({ Problem }) => Problem !== "")).toBe(true);
  });
});

describe("tiles and proofs", () => {
  const records = [0, 1, 255, 256, 257, 511, 512, 598, 599];
  const sizes = [1, 2, 255, 256, 257, 512, 599, 600];

  it("reads a chain on disk: checkpoint, tiles, entries; its proofs are ours", async () => {
    const { answer, stderr } = ask({ Folder: log, VerifierKeys: [verifierKey], Records: records, Sizes: sizes });
    expect(stderr).toBe("");
    expect([answer.Size, answer.Leaves.length]).toEqual([ENTRIES, ENTRIES]);
    expect(merkleRoot(answer.Leaves)).toBe(answer.Root);
    const chain = await openChain(fileChainStore(log));
    for (const [at, index] of records.entries()) {
      const proof = answer.RecordProofs[at] ?? [];
      expect((await chain.prove(index)).proof).toEqual(proof);
      expect(verifyInclusion({ leaf: answer.Leaves[index]!, index, size: ENTRIES, proof, root: answer.Root })).toBe(
        true,
      );
    }
    await chain.close();
    for (const [at, from] of sizes.entries()) {
      const fromRoot = merkleRoot(answer.Leaves.slice(0, from));
      const claim = { from, to: ENTRIES, fromRoot, toRoot: answer.Root, proof: answer.TreeProofs[at] ?? [] };
      expect(verifyConsistency(claim), `from ${from}`).toBe(true);
    }
  });

  it("reads an org log on disk, cosigned checkpoint and all, and proves a tick as its anchored checkpoint does", async () => {
    const place = join(folder, "org-log");
    const net = await aNetwork(1, ORG_ORIGIN, orgKey);
    const { orgLog, clock } = await anOrgLog({ witnesses: { ...net.policy, every: 0 } }, fileChainStore(place));
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    await payments.submitTo(orgLog);
    for (let tick = 0; tick < 260; tick += 1) {
      await orgLog.tick();
      clock.pass(TICK_MS);
    }
    const { note } = await orgLog.witness();
    const anchored = parseTlogProof(await orgLog.anchored(payments.origin));
    const anchor = parseAnchor(anchored?.extra ?? new Uint8Array());
    const { key } = net.services[0]!;
    const keys = [orgLog.verifierKey, payments.chain.verifierKey];
    const { answer, stderr } = ask({
      Folder: place,
      VerifierKeys: keys,
      WitnessKeys: [formatWitnessKey(key.name, key.key)],
      Notes: [note, anchor.kind === "anchor" ? anchor.anchor.note : ""],
      Records: [260],
      Sizes: [],
    });
    expect(stderr).toBe("");
    expect([answer.Size, answer.RecordProofs]).toEqual([261, [anchored?.proof]]);
    expect(answer.Opened.map(({ Names }) => Names)).toEqual([[ORG_ORIGIN, key.name], [payments.origin]]);
    await orgLog.close();
  });

  it("refuses tiles in which one bit was flipped, and entries that are not those of their tile", () => {
    for (const file of ["tile/0/000", "tile/1/000.p/2", "tile/entries/001"]) {
      const forged = mkdtempSync(join(folder, "forged-"));
      cpSync(log, forged, { recursive: true });
      const bytes = readFileSync(join(forged, file));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(join(forged, file), bytes);
      expect(ask({ Folder: forged, VerifierKeys: [verifierKey], Records: [300] }).status, file).toBe(1);
    }
  });

  it("accepts the proofs of our vectors, and refuses them with one hash changed", () => {
    interface TreeVectors {
      readonly leaves: number;
      readonly inclusion: readonly { readonly index: number; readonly size: number; readonly proof: readonly Hash[] }[];
      readonly consistency: readonly { readonly from: number; readonly to: number; readonly proof: readonly Hash[] }[];
    }
    const vectors = readVectors<TreeVectors>("tree.json");
    const leaves = Array.from({ length: vectors.leaves }, (_, index) => leafHash(`leaf ${index}`));
    const rootOf = (size: number) => merkleRoot(leaves.slice(0, size));
    const inclusion = vectors.inclusion.map(({ index, size, proof }) => ({
      Index: index,
      Size: size,
      Leaf: leaves[index],
      Root: rootOf(size),
      Hashes: proof,
    }));
    // Go proves nothing about a tree without leaves; the empty one is the start of every tree.
    const consistency = vectors.consistency
      .filter(({ from }) => from > 0)
      .map(({ from, to, proof }) => ({ From: from, Size: to, Older: rootOf(from), Root: rootOf(to), Hashes: proof }));
    const accepted = ask({ Inclusion: inclusion, Consistency: consistency }).answer;
    expect([...accepted.Inclusion, ...accepted.Consistency].every(Boolean)).toBe(true);
    const forge = <Proof extends { readonly Hashes: readonly Hash[] }>(proofs: readonly Proof[]) =>
      proofs.flatMap((one) =>
        one.Hashes.map((_, at) => ({ ...one, Hashes: one.Hashes.with(at, leafHash("elsewhere")) })),
      );
    const refused = ask({ Inclusion: forge(inclusion), Consistency: forge(consistency) }).answer;
    expect([...refused.Inclusion, ...refused.Consistency].filter(Boolean)).toEqual([]);
    expect(refused.Inclusion.length).toBeGreaterThan(10);
  });
});

function keyText({ name, id, key }: typeof LOG_KEY): string {
  return `${name}+${id}+${Buffer.from([1, ...Buffer.from(key.x, "base64url")]).toString("base64")}`;
}
