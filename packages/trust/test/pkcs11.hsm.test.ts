import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decodeBase64url,
  delegateToken,
  memoryChainStore,
  openAuditChain,
  parseVerifierKey,
  signerFromSeed,
  type TrustErrorCode,
  verifyCall,
  verifyEd25519,
  verifyLog,
} from "@aura/trust";
import { createPkcs11Key, listPkcs11Keys, openPkcs11Signer, type Pkcs11Token } from "@aura/trust/pkcs11";
import { signerContract } from "@aura/trust/testing";
import { CKA, CKF, CKO, CKU_USER, type Cryptoki, type Handle } from "../src/pkcs11/cryptoki.ts";
import { loadCryptoki } from "../src/pkcs11/load-cryptoki.ts";
import { CKR } from "../src/pkcs11/token-fault.ts";
import { aCall, anAnchor, instance, present } from "./call-world.ts";
import { aTokenShelf, PIN, SOFTHSM2_MODULE, type TokenShelf, utf8 } from "./token-world.ts";

const MESSAGE = utf8("pay 41.00");
const code = (named: TrustErrorCode) => ({ code: named });
const CKA_VALUE = 0x11;
let shelf: TokenShelf;
let token: Pkcs11Token;
const tokens = new Map<string, Pkcs11Token>();

beforeAll(async () => {
  shelf = await aTokenShelf();
  // SoftHSM2 sees a token that another process made only when it is started anew.
  for (const label of ["ceremony", "brought", "locked", "twins", "gone", "shared"])
    tokens.set(label, await shelf.newToken(label));
  await lockPin(await folderOf("locked"));
  token = tokenOf("ceremony");
  await createPkcs11Key(token, { label: "root" });
});
afterAll(() => shelf.close());

signerContract("a key on SoftHSM2", async () => shelf.open(token, { label: "root" }));

describe("with keys that live on a token", () => {
  it("credentials and tokens are issued, handed on and verified", async () => {
    for (const label of ["credential-issuer", "token-issuer", "holder"]) await createPkcs11Key(token, { label });
    const [credentialBy, tokenBy, holder] = [
      await shelf.open(token, { label: "credential-issuer" }),
      await shelf.open(token, { label: "token-issuer" }),
      await shelf.open(token, { label: "holder" }),
    ];
    const anchors = anAnchor({ credentialIssuers: [credentialBy.publicKey], tokenIssuers: [tokenBy.publicKey] });
    const held = { key: holder.publicKey };
    const direct = await present({ credentialBy, tokenBy, credential: held, token: held, proofBy: holder });
    expect(verifyCall(anchors, direct, aCall())).toMatchObject({ ok: true });

    const root = await present({ credentialBy, tokenBy, credential: held, token: { ...held, maxDepth: 1 } });
    const chain = await delegateToken(holder, {
      parent: root.token ?? "",
      key: instance.publicKey,
      tools: { refund: { amount: { decimal: { max: "50.00" } }, order: { range: { min: 1 } } } },
      nowMs: anchors.nowMs,
      ttlMs: 60_000,
      jti: "child-1",
    });
    const handedOn = await present({
      credentialBy,
      credential: { instance: "i-2" },
      proof: { token: chain },
      shown: (presented) => ({ ...presented, token: chain }),
    });
    expect(verifyCall(anchors, handedOn, aCall())).toMatchObject({ ok: true, instance: "i-2" });
  });

  it("checkpoints of an audit chain are signed, 64 entries appended at once", async () => {
    await createPkcs11Key(token, { label: "log" });
    const origin = "acme.example/aura/payments";
    const chain = await openAuditChain(memoryChainStore(), await shelf.open(token, { label: "log" }), { origin });
    const actor = { id: "refunds", custody: "agent" } as const;
    await Promise.all(Array.from({ length: 64 }, async (_, at) => chain.append("refund.sent", { at }, { actor })));
    await chain.checkpoint();
    const key = parseVerifierKey(chain.verifierKey);
    expect(await verifyLog(chain.export(), { key })).toMatchObject({ ok: true, size: 65 });
    await chain.close();
  });
});

describe("a key made here", () => {
  it("is not given out by the token: not its value, not after its attributes are asked to change", async () => {
    const cryptoki = await loadCryptoki(SOFTHSM2_MODULE);
    const signer = await shelf.open(token, { label: "root" }); // holds the module and the login
    const { session, key } = privateKeyOf(cryptoki, "root");
    expect(returnValueOf(() => cryptoki.C_GetAttributeValue(session, key, [{ type: CKA_VALUE }]))).toBe(
      CKR.ATTRIBUTE_SENSITIVE,
    );
    const setter = cryptoki as unknown as {
      C_SetAttributeValue(session: Handle, key: Handle, template: readonly object[]): void;
    };
    for (const [type, value] of [
      [CKA.EXTRACTABLE, true],
      [CKA.SENSITIVE, false],
    ] as const)
      expect(() => setter.C_SetAttributeValue(session, key, [{ type, value }])).toThrow(/CKR_ATTRIBUTE_READ_ONLY/);
    cryptoki.C_CloseSession(session);
    expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
  });

  it("is listed with its public key, beside one brought from elsewhere, which is not opened", async () => {
    const brought = tokenOf("brought");
    await createPkcs11Key(brought, { label: "made", id: "01" });
    const pem = join(shelf.folder, "..", "brought.pem");
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 5)]);
    await writeFile(pem, `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`);
    await shelf.util("--import", pem, "--token", "brought", "--label", "old", "--id", "02", "--pin", PIN);
    const keys = (await listPkcs11Keys(brought)).toSorted((left, right) => left.id.localeCompare(right.id));
    expect(keys).toMatchObject([
      { label: "made", id: "01", refusal: undefined },
      {
        label: "old",
        id: "02",
        publicKey: signerFromSeed(new Uint8Array(32).fill(5)).publicKey,
        refusal: "trust/pkcs11_key_extractable",
      },
    ]);
    await expect(openPkcs11Signer(brought, { label: "old" })).rejects.toMatchObject(
      code("trust/pkcs11_key_extractable"),
    );
  });
});

describe("what a person gets wrong", () => {
  it("is a wrong PIN", async () => {
    for (const pin of ["999999", "1"])
      await expect(
        openPkcs11Signer({ ...tokenOf("shared"), pin: () => utf8(pin) }, { label: "root" }),
      ).rejects.toMatchObject(code("trust/pkcs11_pin_refused"));
  });

  it("is a PIN that the token says is locked: it is not tried", async () => {
    const locked = tokenOf("locked");
    let asked = 0;
    const pin = () => {
      asked += 1;
      return utf8(PIN);
    };
    await expect(openPkcs11Signer({ ...locked, pin }, { label: "root" })).rejects.toMatchObject(
      code("trust/pkcs11_pin_locked"),
    );
    expect(asked).toBe(0);
  });

  it("is another token, another key, a key of a name that another has, and a file that is no module", async () => {
    await expect(openPkcs11Signer({ ...token, label: "none" }, { label: "root" })).rejects.toMatchObject(
      code("trust/pkcs11_token_not_found"),
    );
    await expect(openPkcs11Signer(token, { label: "none" })).rejects.toMatchObject(code("trust/pkcs11_key_not_found"));
    await expect(createPkcs11Key(token, { label: "root" })).rejects.toMatchObject(code("trust/pkcs11_key_exists"));
    const text = join(shelf.folder, "..", "softhsm2.conf");
    await expect(openPkcs11Signer({ ...token, modulePath: text }, { label: "root" })).rejects.toMatchObject(
      code("trust/pkcs11_module_unusable"),
    );
  });

  it("is two keys of one label, which other tools allow: the kid says which", async () => {
    const twins = tokenOf("twins");
    const first = await createPkcs11Key(twins, { label: "first", id: "01" });
    const second = await createPkcs11Key(twins, { label: "second", id: "02" });
    await relabel(twins, "second", "first");
    await expect(openPkcs11Signer(twins, { label: "first" })).rejects.toMatchObject(code("trust/pkcs11_key_ambiguous"));
    for (const { publicKey } of [first, second]) {
      const signer = await shelf.open(twins, { label: "first", kid: publicKey.kid });
      expect(verifyEd25519(publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
    }
  });
});

describe("a token that goes", () => {
  it("fails each signature while it is away, and signs again once it is back", async () => {
    await shelf.closeSigners(); // with nobody else in the module, it can be started anew
    const gone = tokenOf("gone");
    await createPkcs11Key(gone, { label: "root" });
    const signer = await shelf.open(gone, { label: "root" });
    const [place, away] = [await folderOf("gone"), join(shelf.folder, "..", "away")];
    await rename(place, away);
    const signing = await Promise.allSettled([signer.sign(MESSAGE), signer.sign(MESSAGE)]);
    const lost = { status: "rejected", reason: code("trust/pkcs11_token_lost") };
    expect(signing).toMatchObject([lost, lost]);
    await rename(away, place);
    expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
  });
});

describe("several processes", () => {
  it("sign with one key at once", async () => {
    const signer = await shelf.open(token, { label: "root" });
    const others = [shelf.other("ceremony", "sign", "root", "40"), shelf.other("ceremony", "sign", "root", "40")];
    for (const other of others) expect(await other.line()).toBe("open");
    const own = await Promise.all(Array.from({ length: 40 }, async () => signer.sign(MESSAGE)));
    expect(own.every((signature) => verifyEd25519(signer.publicKey, MESSAGE, signature))).toBe(true);
    for (const other of others) {
      for (let at = 0; at < 40; at += 1) {
        const signature = decodeBase64url(await other.line());
        expect(verifyEd25519(signer.publicKey, utf8(`message ${at}`), signature)).toBe(true);
      }
      expect(await other.ended()).toBe(0);
    }
  });

  it("may be killed while they sign: the token and the key are as they were", async () => {
    const other = shelf.other("ceremony", "sign-for-ever", "root");
    expect(await other.line()).toBe("open");
    for (let at = 0; at < 10; at += 1) await other.line();
    await other.kill();
    const signer = await shelf.open(token, { label: "root" });
    expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
  });

  it("never leave two keys when they make one of the same name at once", async () => {
    const shared = tokenOf("shared");
    const others = Array.from({ length: 3 }, () => shelf.other("shared", "create", "root"));
    const answers = await Promise.all(others.map(async (other) => other.line()));
    await Promise.all(others.map(async (other) => other.ended()));
    const made = answers.filter((answer) => answer === "made").length;
    expect(answers.filter((answer) => answer !== "made")).toEqual(
      Array.from({ length: 3 - made }, () => "trust/pkcs11_key_exists"),
    );
    expect(await listPkcs11Keys(shared)).toHaveLength(made);
  });
});

function tokenOf(label: string): Pkcs11Token {
  const found = tokens.get(label);
  if (found === undefined) throw new Error(`no token ${label}`);
  return found;
}

/** The folder in which SoftHSM2 keeps the token of that label: its token object holds it. */
async function folderOf(label: string): Promise<string> {
  for (const name of await readdir(shelf.folder)) {
    const object = await readFile(join(shelf.folder, name, "token.object")).catch(() => Buffer.alloc(0));
    if (object.includes(label.padEnd(32))) return join(shelf.folder, name);
  }
  throw new Error(`no token ${label}`);
}

/** Sets the flag in SoftHSM2's own file: in software no number of wrong PINs locks a token. */
async function lockPin(folder: string): Promise<void> {
  const path = join(folder, "token.object");
  const object = await readFile(path);
  const flags = Buffer.alloc(8);
  flags.writeUInt32BE(0x42d, 4); // RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, RESTORE_KEY_NOT_NEEDED, TOKEN_INITIALIZED
  const at = object.indexOf(flags);
  expect(at).toBeGreaterThan(0);
  object.writeUInt32BE(0x42d | CKF.USER_PIN_LOCKED, at + 4);
  await writeFile(path, object);
}

async function relabel({ label = "" }: Pkcs11Token, from: string, to: string): Promise<void> {
  const cryptoki = await loadCryptoki(SOFTHSM2_MODULE);
  const setter = cryptoki as unknown as {
    C_SetAttributeValue(session: Handle, key: Handle, template: readonly object[]): void;
  };
  const holder = await shelf.open({ ...token, label }, { label: from });
  const { session, key } = privateKeyOf(cryptoki, from, label);
  setter.C_SetAttributeValue(session, key, [{ type: CKA.LABEL, value: to }]);
  cryptoki.C_CloseSession(session);
  await holder.close();
}

/** Past our API, as another tool would reach it; somebody here has the module open. */
function privateKeyOf(cryptoki: Cryptoki, label: string, on = "ceremony"): { session: Handle; key: Handle } {
  const slot = cryptoki.C_GetSlotList(true).find((one) => cryptoki.C_GetTokenInfo(one).label.trim() === on);
  if (slot === undefined) throw new Error(`no token ${on}`);
  const session = cryptoki.C_OpenSession(slot, CKF.SERIAL_SESSION | CKF.RW_SESSION);
  if (returnValueOf(() => cryptoki.C_Login(session, CKU_USER, PIN)) > 0x100) throw new Error("no login");
  cryptoki.C_FindObjectsInit(session, [
    { type: CKA.CLASS, value: CKO.PRIVATE_KEY },
    { type: CKA.LABEL, value: label },
  ]);
  const [key] = cryptoki.C_FindObjects(session, 1);
  cryptoki.C_FindObjectsFinal(session);
  if (key === undefined) throw new Error(`no key ${label}`);
  return { session, key };
}

function returnValueOf(act: () => unknown): number {
  try {
    act();
    return 0;
  } catch (error) {
    return Number((error as { readonly code?: unknown }).code);
  }
}
