import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publicKeyFromBytes, type TrustErrorCode, verifyEd25519 } from "@aura/trust";
import { signerContract } from "@aura/trust/testing";
import { CKA, CKF, CKM, CKO } from "../src/pkcs11/cryptoki.ts";
import { loadCryptoki } from "../src/pkcs11/load-cryptoki.ts";
import { createKeyOn, listKeysOn } from "../src/pkcs11/pkcs11-keys.ts";
import { openSignerOn } from "../src/pkcs11/pkcs11-signer.ts";
import { CKR } from "../src/pkcs11/token-fault.ts";
import { readPoint } from "../src/pkcs11/token-key.ts";
import { TokenModule, tokenModule } from "../src/pkcs11/token-module.ts";
import type { Pkcs11Token } from "../src/pkcs11/token-session.ts";
import { bytesOf, derPoint, FAKE_PIN, FakeToken } from "./fake-token.ts";
import { fromHex, utf8 } from "./vector-file.ts";

const MESSAGE = utf8("pay 41.00");
const code = (named: TrustErrorCode) => ({ code: named });

async function aWorld(overrides: Partial<Pkcs11Token> = {}) {
  const fake = new FakeToken();
  const module = new TokenModule(fake, "/opt/vendor.so");
  const asked = { pins: 0, pin: FAKE_PIN };
  const token: Pkcs11Token = {
    modulePath: "/opt/vendor.so",
    label: "ceremony",
    pin: () => {
      asked.pins += 1;
      return utf8(asked.pin);
    },
    ...overrides,
  };
  return {
    fake,
    asked,
    token,
    module,
    create: async (label = "root", id = "01") => createKeyOn(module, token, { label, id }),
    open: async (name: Parameters<typeof openSignerOn>[2] = { label: "root" }) => openSignerOn(module, token, name),
    list: async () => listKeysOn(module, token),
  };
}

async function aWorldWithKey() {
  const world = await aWorld();
  return { ...world, key: await world.create() };
}

const contract = aWorldWithKey();
signerContract("a key on a token", async () => (await contract).open());

describe("openPkcs11Signer", () => {
  it("opens the key by label, id or kid, logs in once and gives everything back", async () => {
    const { fake, open, key, asked } = await aWorldWithKey();
    const names = [{ label: "root" }, { id: "01" }, { kid: key.publicKey.kid }, { label: "root", id: "01" }];
    for (const name of names) {
      asked.pins = 0;
      const signer = await open(name);
      expect(signer.publicKey).toEqual(key.publicKey);
      expect(verifyEd25519(key.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
      await signer.close();
      expect([asked.pins, fake.openSessions]).toEqual([1, 0]);
    }
    expect(fake.calls.at(-1)).toBe("C_Finalize");
  });

  it("finds a token by its serial number, and takes no label that two tokens have", async () => {
    const { fake, module, token, create, open } = await aWorldWithKey();
    fake.labels = ["ceremony", "ceremony"];
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_token_not_found"));
    await expect(create("more", "02")).rejects.toMatchObject(code("trust/pkcs11_token_not_found"));
    const { modulePath, pin } = token;
    const bySerial = await openSignerOn(module, { modulePath, serial: "001", pin }, { label: "root" });
    expect((await bySerial.sign(MESSAGE)).length).toBe(64);
    for (const name of [{}, { label: "other" }, { label: "ceremony", serial: "9" }]) {
      const opening = openSignerOn(module, { modulePath, pin, ...name }, { label: "root" });
      await expect(opening).rejects.toMatchObject(code("trust/pkcs11_token_not_found"));
    }
  });

  it.each([
    ["is wrong", () => utf8("999999"), 1],
    ["is empty", () => new Uint8Array(), 0],
    ["has more than 255 bytes", () => new Uint8Array(256).fill(0x31), 0],
    ["is not UTF-8", () => Uint8Array.of(0xff), 0],
    ["was not given", () => Promise.reject(new Error("the keeper is away")), 0],
  ])("says of a PIN that it %s, tries it once at most and never repeats it", async (problem, pin, tries) => {
    const { open, fake } = await aWorld({ pin });
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toMatchObject(code("trust/pkcs11_pin_refused"));
    expect(String(refusal)).toContain(problem);
    expect(String(refusal)).not.toContain("999999");
    expect([fake.pinTries, fake.openSessions]).toEqual([tries, 0]);
  });

  it.each([
    ["that is locked", CKF.USER_PIN_LOCKED],
    ["that has one try left", CKF.USER_PIN_FINAL_TRY],
  ])("does not try the PIN of a token %s", async (_, flag) => {
    const { open, fake } = await aWorldWithKey();
    const held = await open();
    const before = fake.pinTries;
    fake.flags |= flag;
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_pin_locked"));
    expect([fake.pinTries, fake.openSessions]).toEqual([before, 1]);
    await held.close();
  });

  it("says that the PIN is locked when the token finds out at login", async () => {
    const { open, fake } = await aWorldWithKey();
    fake.fail("C_Login", CKR.PIN_LOCKED);
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_pin_locked"));
  });

  it("refuses a name that no key has, that two have, and that says nothing", async () => {
    const { fake, open, create } = await aWorldWithKey();
    for (const name of [{ label: "other" }, { id: "ff" }, { kid: "k" }, { label: "root", id: "02" }, { id: "0G" }, {}])
      await expect(open(name)).rejects.toMatchObject(code("trust/pkcs11_key_not_found"));
    const other = await create("second", "02");
    const twin = [...(fake.objects.find(({ secret }) => secret !== undefined)?.attributes ?? [])];
    fake.add(twin, generateKeyPairSync("ed25519").privateKey);
    await expect(open({ label: "root" })).rejects.toMatchObject(code("trust/pkcs11_key_ambiguous"));
    expect((await open({ label: "second" })).publicKey).toEqual(other.publicKey);
  });

  it("picks of two keys with one label the one whose kid is asked for", async () => {
    const { fake, key, open } = await aWorldWithKey();
    const secret = generateKeyPairSync("ed25519").privateKey;
    const [own, shown] = [true, false].map((isSecret) =>
      [...(fake.objects.find((object) => (object.secret !== undefined) === isSecret)?.attributes ?? [])].map(
        ([type, value]) => [type, type === CKA.ID ? Buffer.of(2) : value] as const,
      ),
    );
    fake.add(own ?? [], secret);
    fake.add([...(shown ?? []), [CKA.EC_POINT, derPoint(secret)]]);
    await expect(open({ label: "root" })).rejects.toMatchObject(code("trust/pkcs11_key_ambiguous"));
    expect((await open({ label: "root", kid: key.publicKey.kid })).publicKey).toEqual(key.publicKey);
    expect((await open({ label: "root", id: "02" })).publicKey).not.toEqual(key.publicKey);
  });

  it.each([
    ["shows its value", CKA.SENSITIVE, Buffer.of(0)],
    ["can be taken off", CKA.EXTRACTABLE, Buffer.of(1)],
    ["does not say whether it can be", CKA.EXTRACTABLE, Buffer.alloc(0)],
    ["could be taken off once", CKA.NEVER_EXTRACTABLE, Buffer.of(0)],
    ["was readable once, or brought from elsewhere", CKA.ALWAYS_SENSITIVE, Buffer.of(0)],
  ])("refuses a key that %s", async (_, attribute, value) => {
    const { fake, open, create, list } = await aWorld();
    fake.quirks = new Map([[attribute, value]]);
    await expect(create()).rejects.toMatchObject(code("trust/pkcs11_key_extractable"));
    expect(fake.objects).toEqual([]);
    fake.quirks = new Map();
    await create();
    fake.alter(attribute, value);
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_key_extractable"));
    expect(await list()).toMatchObject([{ label: "root", refusal: "trust/pkcs11_key_extractable" }]);
  });

  it.each([
    ["on another curve", CKA.EC_PARAMS, fromHex("06032b6571")],
    ["that may not sign", CKA.SIGN, Uint8Array.of(0)],
    ["that asks for the PIN at each signature", CKA.ALWAYS_AUTHENTICATE, Uint8Array.of(1)],
    ["whose public half is none", CKA.EC_POINT, new Uint8Array(32).fill(1)],
    ["whose public half is another's", CKA.EC_POINT, otherPoint()],
  ])("refuses a key %s", async (_, attribute, value) => {
    const { fake, open } = await aWorldWithKey();
    fake.alter(attribute, Buffer.from(value));
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_key_unusable"));
    expect(fake.openSessions).toBe(0);
  });

  it("refuses a key beside which somebody put a second public half", async () => {
    const { fake, open, list } = await aWorldWithKey();
    const planted = new Map(fake.objects.find(({ secret }) => secret === undefined)?.attributes);
    fake.add([...planted, [CKA.EC_POINT, Buffer.from(otherPoint())]]);
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_key_ambiguous"));
    expect(await list()).toMatchObject([{ publicKey: undefined, refusal: "trust/pkcs11_key_ambiguous" }]);
  });

  it("refuses a token without Ed25519", async () => {
    const { fake, open, create } = await aWorldWithKey();
    fake.mechanisms = new Map([[CKM.EDDSA, 0]]);
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_mechanism_missing"));
    fake.mechanisms = new Map();
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_mechanism_missing"));
    await expect(create("more", "02")).rejects.toMatchObject(code("trust/pkcs11_mechanism_missing"));
  });

  it("names what else the token answers, and leaves no session behind", async () => {
    const { fake, open } = await aWorldWithKey();
    fake.fail("C_FindObjectsInit", 0x31);
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toMatchObject(code("trust/pkcs11_token_failed"));
    expect(fake.openSessions).toBe(0);
  });
});

describe("signing", () => {
  it("asks the token for one signature at a time", async () => {
    const { fake, open } = await aWorldWithKey();
    const signer = await open();
    let atOnceMost = 0;
    fake.damage = (signature) => {
      atOnceMost = Math.max(atOnceMost, fake.signing + 1);
      return signature;
    };
    const signatures = await Promise.all(Array.from({ length: 50 }, async () => signer.sign(MESSAGE)));
    expect([atOnceMost, new Set(signatures.map(String)).size]).toEqual([1, 1]);
  });

  it("releases no signature that does not verify, and goes on with the next", async () => {
    const { fake, open } = await aWorldWithKey();
    const signer = await open();
    fake.damage = (signature) => Buffer.from(signature.with(40, (signature[40] ?? 0) ^ 1));
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject({ code: "trust/signature_fault" });
    fake.damage = (signature) => signature.subarray(0, 63);
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject({ code: "trust/signature_fault" });
    fake.damage = (signature) => signature;
    expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
  });

  it.each([CKR.SESSION_HANDLE_INVALID, CKR.USER_NOT_LOGGED_IN, CKR.DEVICE_ERROR, CKR.OPERATION_ACTIVE])(
    "opens a new session when the old one ended (%i), and signs",
    async (value) => {
      const { fake, open, asked } = await aWorldWithKey();
      const signer = await open();
      asked.pins = 0;
      fake.fail("C_SignInit", value);
      expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
      expect([asked.pins, fake.openSessions]).toEqual([1, 1]);
    },
  );

  it("fails while the token is away, and signs again once it is back: also where the module must start anew", async () => {
    for (const needsRestart of [false, true]) {
      const { fake, open } = await aWorldWithKey();
      const signer = await open();
      fake.pull();
      const [first, second] = await Promise.allSettled([signer.sign(MESSAGE), signer.sign(MESSAGE)]);
      expect([first, second]).toMatchObject([
        { reason: code("trust/pkcs11_token_lost") },
        { reason: code("trust/pkcs11_token_lost") },
      ]);
      fake.plugIn();
      fake.needsRestart = needsRestart;
      expect(verifyEd25519(signer.publicKey, MESSAGE, await signer.sign(MESSAGE))).toBe(true);
      await signer.close();
    }
  });

  it("does not start the module anew under another key that is in use", async () => {
    const { fake, open, create } = await aWorldWithKey();
    await create("other", "02");
    const [signer, other] = [await open(), await open({ label: "other" })];
    fake.fail("C_SignInit", CKR.DEVICE_REMOVED);
    fake.needsRestart = true;
    fake.calls.length = 0;
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject(code("trust/pkcs11_token_lost"));
    expect(fake.calls).not.toContain("C_Finalize");
    expect((await other.sign(MESSAGE)).length).toBe(64);
    fake.needsRestart = false;
    expect((await signer.sign(MESSAGE)).length).toBe(64);
  });

  it("does not take another key for its own when another token comes back under the same name", async () => {
    const { fake, open, create } = await aWorldWithKey();
    const signer = await open();
    fake.pull();
    fake.objects.length = 0;
    fake.plugIn();
    await create();
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject(code("trust/pkcs11_key_not_found"));
  });

  it("does not try a PIN again that was refused when a session was opened anew", async () => {
    const { fake, open, asked } = await aWorldWithKey();
    const signer = await open();
    fake.pull();
    fake.plugIn();
    asked.pin = "000000";
    const before = fake.pinTries;
    const signing = await Promise.allSettled(Array.from({ length: 5 }, async () => signer.sign(MESSAGE)));
    expect(signing).toMatchObject(
      signing.map(() => ({ status: "rejected", reason: code("trust/pkcs11_pin_refused") })),
    );
    expect(fake.pinTries).toBe(before + 1);
    asked.pin = FAKE_PIN;
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject(code("trust/pkcs11_pin_refused"));
    await signer.close();
  });

  it("makes what was asked for before it is closed, and nothing after", async () => {
    const { fake, open } = await aWorldWithKey();
    const signer = await open();
    const asked = [signer.sign(MESSAGE), signer.sign(MESSAGE)];
    const closing = signer.close();
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject(code("trust/pkcs11_closed"));
    expect((await Promise.all(asked)).map(({ length }) => length)).toEqual([64, 64]);
    await closing;
    await signer.close();
    expect(fake.openSessions).toBe(0);
  });

  it("leaves the other keys of the process open when it is closed", async () => {
    const { fake, open, create } = await aWorldWithKey();
    await create("other", "02");
    const [signer, other] = [await open(), await open({ label: "other" })];
    await signer.close();
    expect((await other.sign(MESSAGE)).length).toBe(64);
    await other.close();
    expect(fake.calls.at(-1)).toBe("C_Finalize");
  });
});

describe("createPkcs11Key", () => {
  it("makes a key that opens, in the first spelling of the curve that the token takes", async () => {
    for (const spelling of ["06032b6570", "130c656477617264733235353139", "06092b06010401da470f01"]) {
      const { fake, create, open, list } = await aWorld();
      fake.curves = [spelling];
      const key = await create();
      expect(key).toEqual({ label: "root", id: "01", publicKey: key.publicKey, refusal: undefined });
      expect(await list()).toEqual([key]);
      expect((await open()).publicKey).toEqual(key.publicKey);
    }
  });

  it("refuses a token that takes none of them", async () => {
    const { fake, create } = await aWorld();
    fake.curves = [];
    await expect(create()).rejects.toMatchObject(code("trust/pkcs11_mechanism_missing"));
  });

  it("uses a label once, and an id once", async () => {
    const { fake, create } = await aWorldWithKey();
    await expect(create("root", "02")).rejects.toMatchObject(code("trust/pkcs11_key_exists"));
    await expect(create("other", "01")).rejects.toMatchObject(code("trust/pkcs11_key_exists"));
    for (const [label, id] of [
      ["", "03"],
      ["x", ""],
      ["x", "0"],
    ] as const)
      await expect(create(label, id)).rejects.toMatchObject(code("trust/pkcs11_key_unusable"));
    expect(fake.objects).toHaveLength(2);
  });

  it("takes its key back when another process made one of that name meanwhile", async () => {
    const { fake, create } = await aWorld();
    const generate = fake.C_GenerateKeyPairAsync.bind(fake);
    fake.C_GenerateKeyPairAsync = async (...call) => {
      await generate(...call);
      return generate(...call);
    };
    await expect(create()).rejects.toMatchObject(code("trust/pkcs11_key_exists"));
    expect(fake.objects).toHaveLength(2);
  });

  it("takes its key back when it signs wrong", async () => {
    const { fake, create } = await aWorld();
    fake.damage = (signature) => Buffer.from(signature.with(0, (signature[0] ?? 0) ^ 1));
    await expect(create()).rejects.toMatchObject(code("trust/pkcs11_key_unusable"));
    expect(fake.objects).toEqual([]);
  });
});

describe("the public half", () => {
  const raw = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; // RFC 8032 section 7.1, test 1

  it.each([raw, `0420${raw}`, `032100${raw}`])("is read bare, in an OCTET STRING and in a BIT STRING (%s)", (point) => {
    expect(readPoint(fromHex(point))).toEqual(publicKeyFromBytes(fromHex(raw)));
  });

  it.each(["", raw.slice(2), `${raw}00`, `0421${raw}`, `0420${raw}00`, `0420${"01".padEnd(64, "0")}`])(
    "is refused when it is none (%s)",
    (point) => {
      expect(readPoint(fromHex(point))).toBeUndefined();
    },
  );
});

describe("a module", () => {
  it("that is not given by an absolute path, is not there, or is none, is refused", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aura-module-"));
    try {
      const text = join(folder, "text.so");
      await writeFile(text, "no module");
      const none = async () => Promise.reject(new Error("file too short"));
      for (const [path, load] of [["libsofthsm2.so"], [join(folder, "none.so")], [text, none]] as const)
        await expect(tokenModule(path, load)).rejects.toMatchObject(code("trust/pkcs11_module_unusable"));
      const fake = new FakeToken();
      const loaded = await tokenModule(text, async () => fake);
      expect(await tokenModule(text, none)).toBe(loaded);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([CKR.CANT_LOCK, CKR.GENERAL_ERROR])("that cannot be initialised (%i) is refused", async (value) => {
    const { fake, open } = await aWorldWithKey();
    fake.fail("C_Initialize", value);
    await expect(open()).rejects.toMatchObject(code("trust/pkcs11_module_unusable"));
    expect((await open()).publicKey.kid).toMatch(/^[\w-]{43}$/);
  });

  it("that somebody else in the process initialised is used, and left to them", async () => {
    const { fake, open } = await aWorldWithKey();
    fake.C_Initialize();
    fake.calls.length = 0;
    const signer = await open();
    await signer.close();
    expect(fake.calls).not.toContain("C_Finalize");
    fake.C_Finalize();
    expect((await (await open()).sign(MESSAGE)).length).toBe(64);
  });

  it("needs pkcs11js: says whether that is missing, or was not built", async () => {
    const importer = (message: string) => async () => Promise.reject(new Error(message));
    for (const [message, words] of [
      ["Cannot find package 'pkcs11js'", "is not installed"],
      ["Cannot find module './build/Release/pkcs11.node'", "is not built"],
    ] as const) {
      const refusal = await loadCryptoki("/opt/vendor.so", importer(message)).catch((error: unknown) => error);
      expect(refusal).toMatchObject(code("trust/pkcs11_missing"));
      expect(String(refusal)).toContain(words);
    }
  });
});

function otherPoint(): Buffer {
  return derPoint(generateKeyPairSync("ed25519").privateKey);
}

it("the fake token hides its private keys from who has not logged in", async () => {
  const { fake, module } = await aWorldWithKey();
  module.enter();
  const session = fake.C_OpenSession();
  fake.C_FindObjectsInit(session, [{ type: CKA.CLASS, value: bytesOf(CKO.PRIVATE_KEY) }]);
  expect(fake.C_FindObjects(session, 9)).toEqual([]);
});
