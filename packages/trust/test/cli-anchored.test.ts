import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatVerifierKey, formatWitnessKey } from "../src/index.ts";
import { linesOf } from "./audit-world.ts";
import { runCli } from "./cli-run.ts";
import { aNamespace, anOrgLog, ORG_KEY, TICK_MS } from "./org-log-world.ts";
import { aWitness } from "./witness-world.ts";

let folder: string;
let key: string;
const orgLogKey = formatVerifierKey(ORG_KEY.name, ORG_KEY.key);
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-anchored-"));
  const { orgLog, clock } = await anOrgLog();
  const [payments, sales] = [await aNamespace("payments"), await aNamespace("sales", 72)];
  key = payments.chain.verifierKey;
  for (const { key: known } of [payments, sales]) await orgLog.register(known);
  await payments.grow(5);
  for (const namespace of [payments, sales]) expect(await namespace.submitTo(orgLog)).toMatchObject({ ok: true });
  clock.pass(TICK_MS);
  await orgLog.tick();
  await writeFile(at("anchored"), await orgLog.anchored(payments.origin));
  await writeFile(at("proof"), await payments.chain.exportProof(3));
  await payments.grow(4, 5);
  await writeFile(at("log"), `${(await linesOf(payments.chain)).join("\n")}\n`);
  await writeFile(at("newer-proof"), await payments.chain.exportProof(9));
  const other = await aNamespace("payments");
  await other.grow(6, 100);
  await writeFile(at("other-log"), `${(await linesOf(other.chain)).join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function verify(file: string, ...words: readonly string[]) {
  const { code, out, err } = await runCli(["verify", at(file), "--key", key, ...words, "--json"]);
  return { code, err, ...(out === "" ? {} : (JSON.parse(out) as object)) };
}
const anchored = () => ["--anchored", at("anchored"), "--org-log", orgLogKey];

describe("aura-trust verify, of an anchored checkpoint,", () => {
  it("verifies it by itself, and says what that does not tell", async () => {
    expect(await verify("anchored", "--org-log", orgLogKey)).toMatchObject({
      code: 0,
      kind: "anchored checkpoint",
      checkpoint: { size: 6 },
      orgLog: { index: 1 },
      notChecked: ["witness", "log", "earlier_ticks"],
    });
    const { out } = await runCli(["verify", at("anchored"), "--key", key, "--org-log", orgLogKey]);
    expect(out).toMatch(/^OK \(without witness, log, earlier ticks\): this is the checkpoint of acme\.example/);
    expect(out).toMatch(/^in tick +[0-9]+, at 2027-/m);
  });

  it("holds a whole log, and the proof of an entry, against it", async () => {
    expect(await verify("log", ...anchored())).toMatchObject({
      code: 0,
      kind: "log",
      since: 6,
      anchored: { ok: true },
    });
    expect(await verify("proof", ...anchored())).toMatchObject({ code: 0, kind: "proof", anchored: { ok: true } });
    const { out } = await runCli(["verify", at("log"), "--key", key, ...anchored()]);
    expect(out).toContain("of org log  acme.example/aura/org-log, entry 1 of 2");
  });

  it("refuses what is of another history, or not covered, and says of which file that is", async () => {
    expect(await verify("other-log", ...anchored())).toMatchObject({ code: 1, reason: "rewritten" });
    expect(await verify("newer-proof", ...anchored())).toMatchObject({
      code: 1,
      reason: "not_covered",
      of: "anchored",
    });
    const { out } = await runCli(["verify", at("newer-proof"), "--key", key, ...anchored()]);
    expect(out).toContain(`This is said of the anchored checkpoint in ${at("anchored")}.`);
    await writeFile(at("no-anchor"), "nothing");
    const given = ["--anchored", at("no-anchor"), "--org-log", orgLogKey];
    expect(await verify("log", ...given)).toMatchObject({ code: 1, reason: "malformed_anchor", of: "anchored" });
  });

  it("takes the witnesses for the org log's", async () => {
    const { key: witness } = aWitness();
    const given = ["--witness", formatWitnessKey(witness.name, witness.key)];
    expect(await verify("log", ...anchored(), ...given)).toMatchObject({
      code: 1,
      reason: "unwitnessed",
      of: "anchored",
    });
    expect(await verify("anchored", "--org-log", orgLogKey, ...given)).toMatchObject({
      code: 1,
      reason: "unwitnessed",
    });
  });

  it.each([
    ["anchored", () => [], "--org-log is missing"],
    ["log", () => ["--org-log", orgLogKey], "--org-log is given without --anchored"],
    ["log", () => ["--anchored", at("anchored")], "--org-log is missing"],
    ["log", () => [...anchored(), "--since", at("anchored")], "--since and --anchored"],
    ["anchored", () => ["--org-log", orgLogKey, "--root", key], "--root has no meaning here; this file is an anchored"],
  ])("%s: exits 2 with options that do not go together", async (file, words, problem) => {
    expect(await verify(file, ...words())).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
  });

  it("is shown by inspect", async () => {
    expect((await runCli(["inspect", at("anchored")])).out).toContain("aura-anchor-1");
  });
});
