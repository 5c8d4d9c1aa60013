import { describe, expect, it } from "vitest";
import { openFounding, signFounding, signJws } from "../src/index.ts";
import type { FoundingStatement, JsonObject } from "../src/index.ts";
import { foundingStatement, ROOT_KEY, sampleSigner } from "./sample-log.ts";
import { headerFor, openText, signTexts } from "./signed-text.ts";

const root = sampleSigner("root");
const statement = foundingStatement();
const jws = await signFounding(root, statement);

describe("openFounding", () => {
  it("opens what the root signed, and says whether it looked at the signature", () => {
    expect(openFounding(jws, ROOT_KEY)).toEqual({ ok: true, statement, signature: "verified" });
    expect(openFounding(jws)).toEqual({ ok: true, statement, signature: "not_checked" });
  });

  it("opens a statement that founds anew, with what was lost", async () => {
    const refounds = { size: 7, root: statement.release as never, lost: { from: 7, count: 2 }, reason: "restored" };
    const opened = openFounding(await signFounding(root, foundingStatement({ refounds })), ROOT_KEY);
    expect(opened).toMatchObject({ ok: true, statement: { refounds } });
  });

  it("says wrong_key for another root, forged for a changed text, unknown_format for a newer one", async () => {
    expect(openFounding(jws, sampleSigner("stranger").publicKey)).toEqual({ ok: false, reason: "wrong_key" });
    const [header, , signature] = jws.split(".");
    const other = Buffer.from(JSON.stringify({ format: "aura-founding-1" })).toString("base64url");
    expect(openFounding(`${header}.${other}.${signature}`, ROOT_KEY)).toEqual({ ok: false, reason: "forged" });
    const newer = await signJws(root, "aura-founding+jwt", { format: "aura-founding-2" });
    for (const key of [ROOT_KEY, undefined])
      expect(openFounding(newer, key)).toEqual({ ok: false, reason: "unknown_format" });
  });

  it("says malformed for a statement of another type, and for texts that are none", async () => {
    const credential = await signJws(root, "wit+jwt", statement as unknown as JsonObject);
    for (const text of [credential, "", "a.b.c", "..", jws.slice(0, -1), `${jws}.`, ` ${jws}`, "x".repeat(70_000)]) {
      expect(openFounding(text, ROOT_KEY).ok).toBe(false);
      expect(openFounding(text)).toEqual({ ok: false, reason: "malformed" });
    }
  });
});

it("reads a header as strictly where nobody can check the signature", async () => {
  const payload = openText(jws).payload;
  for (const header of [
    '{"alg":"none","typ":"aura-founding+jwt"}',
    headerFor(root, "aura-founding+jwt").replace("{", '{"a":1,'),
    headerFor(root, "aura-founding+jwt").replace('"EdDSA"', '"none"'),
  ]) {
    const odd = await signTexts(root, header, payload);
    for (const key of [undefined, ROOT_KEY]) expect(openFounding(odd, key)).toEqual({ ok: false, reason: "malformed" });
  }
});

describe("signFounding", () => {
  const [log] = statement.keys;
  it.each<[string, object]>([
    ["an origin of another namespace", { namespace: "other" }],
    ["an origin with a space", { origin: "example .com/aura/x" }],
    ["a quorum of nobody", { constitution: { quorum: 0 } }],
    ["a constitution with a member more", { constitution: { quorum: 1, x: 1 } }],
    ["no log key", { keys: statement.keys.slice(1) }],
    ["one key for two purposes", { keys: [log, { ...log, use: "outcome" }] }],
    ["a key of unknown use", { keys: [log, { ...statement.keys[1], use: "everything" }] }],
    ["a key that is none", { keys: [{ ...log, x: "A".repeat(43) }] }],
    ["a key whose kid is not its thumbprint", { keys: [{ ...log, kid: "A".repeat(43) }] }],
    ["an approver named twice", { approvers: [...statement.approvers, ...statement.approvers] }],
    [
      "one key for two approvers",
      { approvers: [...statement.approvers, ...statement.approvers.map((one) => ({ ...one, id: "another" }))] },
    ],
    ["an approver without a key", { approvers: [{ id: "a" }] }],
    ["a release that is no commitment", { release: "x" }],
    ["a time that is not whole", { foundedMs: 0.5 }],
    ["a re-founding of nothing", { refounds: { reason: "x" } }],
    ["a member more", { x: 1 }],
    ["another format", { format: "aura-founding-2" }],
  ])("signs no statement with %s, and none is opened", async (_, change) => {
    const wrong = { ...statement, ...change };
    await expect(signFounding(root, wrong as FoundingStatement)).rejects.toMatchObject({
      code: "trust/founding_malformed",
    });
    const forced = await signJws(root, "aura-founding+jwt", wrong as unknown as JsonObject);
    expect(openFounding(forced, ROOT_KEY).ok).toBe(false);
  });
});
