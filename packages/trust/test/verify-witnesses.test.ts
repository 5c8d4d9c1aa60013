import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  canonicalJson,
  cosignCheckpoint,
  formatVerifierKey,
  formatWitnessKey,
  logLines,
  verifyLog,
  verifyReceipt,
  witnessKeyOf,
} from "../src/index.ts";
import type { JsonValue, WitnessAnchors } from "../src/index.ts";
import { runProgram } from "../src/cli/program.ts";
import { noteLog, noteReceipt } from "./judged.ts";
import { checkpointOf, exportOf, LOG_KEY, ORIGIN, receiptOf, ROOT_KEY, sampleLog, sampleSigner } from "./sample-log.ts";
import { aWitness, WITNESSED_MS } from "./witness-world.ts";

const log = await sampleLog();
const note = await checkpointOf(log);
const [w1, w2, w3] = [1, 2, 3].map((at) => aWitness(30 + at, `witness.example/w${at}`)) as [A, A, A];
type A = ReturnType<typeof aWitness>;

async function lineOf({ signer, key }: A, over = note): Promise<string> {
  return cosignCheckpoint(signer, { name: key.name, note: over, timeMs: WITNESSED_MS });
}
const cosigned = note + (await lineOf(w1)) + (await lineOf(w2));
const asking = (quorum: number, ...of: readonly A[]): WitnessAnchors => ({ keys: of.map(({ key }) => key), quorum });

/** The same answer of a log and of a receipt that carry this note. */
async function verify(checkpoint: string, witnesses?: WitnessAnchors) {
  const anchors = { key: LOG_KEY, root: ROOT_KEY, ...(witnesses === undefined ? {} : { witnesses }) };
  const file = await exportOf(log, checkpoint);
  const bytes = new TextEncoder().encode(file);
  const verification = noteLog(bytes, anchors, await verifyLog(logLines([bytes]), anchors));
  const shown = { ...(await receiptOf(log)), checkpoint };
  const receipt = noteReceipt(shown, anchors, verifyReceipt(shown, anchors));
  const seen = ({ ok, ...rest }: typeof verification | typeof receipt) =>
    "notChecked" in rest
      ? { ok, unwitnessed: rest.notChecked.includes("witness"), witnesses: rest.witnesses }
      : { ok, reason: rest.reason, what: rest.what };
  expect(seen(receipt)).toEqual(seen(verification));
  return verification;
}

describe("a log, and a receipt", () => {
  it("say that no witness was checked when none was given, whatever lines the note has", async () => {
    for (const checkpoint of [note, cosigned]) {
      const verification = await verify(checkpoint);
      expect(verification).toMatchObject({ ok: true, notChecked: ["witness", "older_checkpoint"] });
      expect(verification).not.toHaveProperty("witnesses");
    }
  });

  it("are witnessed when enough of the given ones cosigned, and say who and when", async () => {
    const both = [w1, w2].map(({ key: { name } }) => ({ name, timeS: WITNESSED_MS / 1_000 }));
    expect(await verify(cosigned, asking(2, w1, w2, w3))).toMatchObject({
      ok: true,
      notChecked: ["older_checkpoint"],
      witnesses: { quorum: 2, cosigned: both },
    });
    expect(await verify(cosigned, asking(1, w2))).toMatchObject({ ok: true, witnesses: { cosigned: [both[1]] } });
  });

  it("are refused when fewer did", async () => {
    const refused = await verify(cosigned, asking(3, w1, w2, w3));
    expect(refused).toMatchObject({ ok: false, reason: "unwitnessed" });
    expect(refused).toMatchObject({
      what: expect.stringContaining("2 (witness.example/w1, witness.example/w2) of the 3"),
    });
    expect(await verify(note, asking(1, w1))).toMatchObject({ reason: "unwitnessed" });
    expect(await verify(cosigned, asking(1, w3))).toMatchObject({ reason: "unwitnessed" });
  });

  it.each([0, -1, 0.5, NaN, Infinity, 2 ** 53])("are refused under a quorum of %o", async (quorum) => {
    expect(await verify(cosigned, asking(quorum, w1, w2))).toMatchObject({ reason: "unwitnessed" });
  });

  it("are refused when a line in the name of a given witness is forged, even if others are enough", async () => {
    const replayed = await lineOf(w3, await checkpointOf(log, 10));
    expect(await verify(cosigned + replayed, asking(1, w1, w3))).toMatchObject({ reason: "cosignature_forged" });
    expect(await verify(cosigned + replayed, asking(1, w1))).toMatchObject({ ok: true }); // not asked about
  });

  it("count one key once, whatever names it is given, and the same one given twice", async () => {
    const alias = { signer: w1.signer, key: witnessKeyOf("witness.example/alias", w1.signer.publicKey) };
    const doubled = note + (await lineOf(w1)) + (await lineOf(alias));
    expect(await verify(doubled, asking(2, w1, alias))).toMatchObject({ reason: "unwitnessed" });
    expect(await verify(cosigned, asking(2, w1, w1))).toMatchObject({ reason: "unwitnessed" });
  });

  it("are not witnessed by the log's own key", async () => {
    const own = { signer: sampleSigner("log"), key: witnessKeyOf(ORIGIN, sampleSigner("log").publicKey) };
    expect(await verify(note + (await lineOf(own)), asking(1, own))).toMatchObject({ reason: "unwitnessed" });
  });

  it("are judged on their own faults first", async () => {
    const stranger = await checkpointOf(log, undefined, sampleSigner("stranger"));
    expect(await verify(stranger + (await lineOf(w1, stranger)), asking(1, w1))).toMatchObject({ reason: "wrong_key" });
  });
});

it("a receipt whose checkpoint changes while it is looked at is not witnessed by another one", async () => {
  const other = await checkpointOf(log, 10);
  const witnessedElsewhere = other + (await lineOf(w1, other));
  let looks = 0;
  const receipt = Object.defineProperty({ ...(await receiptOf(log)) }, "checkpoint", {
    enumerable: true,
    get: () => ((looks += 1) === 1 ? note : witnessedElsewhere),
  });
  expect(verifyReceipt(receipt, { key: LOG_KEY, witnesses: asking(1, w1) })).toMatchObject({ ok: false });
});

describe("aura-trust verify --witness", () => {
  let folder: string;
  const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
  const [k1, k2, k3] = [w1, w2, w3].map(({ key: { name, key } }) => formatWitnessKey(name, key)) as [
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aura-witnessed-"));
    await writeFile(join(folder, "log"), await exportOf(log, cosigned));
    const receipt = { ...(await receiptOf(log)), checkpoint: cosigned } as unknown as JsonValue;
    await writeFile(join(folder, "receipt"), canonicalJson(receipt));
    await writeFile(join(folder, "w1.vkey"), `${k1}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(file: string, ...more: readonly string[]) {
    let [out, err] = ["", ""];
    const args = ["verify", join(folder, file), "--key", KEY, ...more];
    const code = await runProgram(args, { out: (part) => (out += part), err: (part) => (err += part), watched: false });
    return { code, out, err };
  }

  it.each(["log", "receipt"])(
    "of a %s: names witnesses and quorum, and no longer says without witness",
    async (file) => {
      const { code, out } = await run(file, "--witness", join(folder, "w1.vkey"), "--witness", k2, "--quorum", "1");
      expect(code).toBe(0);
      expect(out.split("\n")[0]).toMatch(/^OK \(without older checkpoint, root key\): /);
      expect(out).toMatch(/^witnesses +2 cosigned, 1 had to$/m);
      expect(out).toMatch(/^witness +witness\.example\/w1, at 2024-11-24T/m);
    },
  );

  it.each(["log", "receipt"])("of a %s: says in its first line when no witness was given", async (file) => {
    const { code, out } = await run(file);
    expect([code, out.split("\n")[0]]).toEqual([0, expect.stringMatching(/^OK \(without witness, /)]);
  });

  it.each(["log", "receipt"])(
    "of a %s: exits 1 when one that was given did not cosign, all being needed",
    async (file) => {
      const { code, out } = await run(file, "--witness", k1, "--witness", k3);
      expect([code, out.split("\n")[0]]).toEqual([1, "REFUSED: unwitnessed at line 1"]);
      expect(out).toContain("1 (witness.example/w1) of the 2 witnesses");
    },
  );

  it.each([
    [["--quorum", "1"], "--quorum is not"],
    [["--witness", "", "--quorum", "1"], "--witness has no value"],
    [["--quorum", "0"], "--quorum is not"],
    [["--quorum", "2"], "--quorum is not"],
    [["--quorum", "1.0"], "--quorum is not"],
    [["--quorum", "01"], "--quorum is not"],
    [["--witness", KEY], "--witness: The verifier key holds no base64 of a witness's"],
  ])("%j exits 2", async (words, problem) => {
    const witness = words[0] === "--quorum" && words[1] !== "1" ? ["--witness", k1] : [];
    const { code, err } = await run("log", ...witness, ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });
});
