import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, type webcrypto } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  generateKey,
  publicKeyFromBytes,
  signerFromCryptoKey,
  signerFromKeyObject,
  signerFromSeed,
  systemRandom,
} from "@aura/trust";
import { createKeyFile, createSealedKeyFile, loadKeyFile, loadSealedKeyFile } from "@aura/trust/key-file";
import { signerContract } from "@aura/trust/testing";
import { thrownBy, utf8 } from "./vector-file.ts";

const passphrase = () => utf8("the words in the office safe");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-signers-"));
  await createKeyFile(join(folder, "plain"), systemRandom);
  await createSealedKeyFile(join(folder, "sealed"), systemRandom, passphrase, 15);
});
afterAll(() => rm(folder, { recursive: true }));

const keyPair = generateKeyPairSync("ed25519");
const webPair = async (isExtractable: boolean) =>
  (await crypto.subtle.generateKey("Ed25519", isExtractable, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
const refused = { code: "trust/private_key_refused" };

signerContract("a seed", async () => signerFromSeed(new Uint8Array(32).fill(3)));
signerContract("a key file", async () => loadKeyFile(join(folder, "plain")));
const sealed = memo(async () => loadSealedKeyFile(join(folder, "sealed"), passphrase));
signerContract("a sealed key file", sealed);
signerContract("a KeyObject", async () => signerFromKeyObject(keyPair.privateKey));
const web = memo(() => webPair(false));
signerContract("a CryptoKey that cannot be extracted", async () => {
  const { privateKey, publicKey } = await web();
  return signerFromCryptoKey(privateKey, publicKey);
});

describe("signerFromKeyObject", () => {
  it("takes a key that cannot be exported: it never asks for that", async () => {
    const { privateKey: key } = generateKeyPairSync("ed25519");
    vi.spyOn(key, "export").mockImplementation(() => {
      throw new Error("this key cannot be exported");
    });
    expect((await signerFromKeyObject(key).sign(utf8("m"))).length).toBe(64);
  });

  it.each([
    ["a public key", () => keyPair.publicKey],
    ["a secret key", () => createSecretKey(Buffer.alloc(32))],
    ["an X25519 key", () => generateKeyPairSync("x25519").privateKey],
    ["an Ed448 key", () => generateKeyPairSync("ed448").privateKey],
    ["a key of P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ])("refuses %s", (_, key) => {
    expect(thrownBy(() => signerFromKeyObject(key()))).toMatchObject({ code: "trust/private_key_refused" });
  });

  it("signs as its seed does: the same key, the same signature", async () => {
    const seed = new Uint8Array(32).fill(9);
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const signer = signerFromKeyObject(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
    expect(signer.publicKey).toEqual(signerFromSeed(seed).publicKey);
    expect(await signer.sign(utf8("m"))).toEqual(await signerFromSeed(seed).sign(utf8("m")));
  });
});

describe("signerFromCryptoKey", () => {
  it("takes the public half as a CryptoKey or as we write it", async () => {
    const { privateKey, publicKey } = await webPair(true);
    const written = publicKeyFromBytes(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));
    expect((await signerFromCryptoKey(privateKey, publicKey)).publicKey).toEqual(written);
    expect((await signerFromCryptoKey(privateKey, written)).publicKey).toEqual(written);
  });

  it("refuses another key's public half, at once and not at the first signature", async () => {
    const [one, other] = [await webPair(false), await webPair(false)];
    await expect(signerFromCryptoKey(one.privateKey, other.publicKey)).rejects.toMatchObject(refused);
    await expect(signerFromCryptoKey(one.privateKey, (await generateKey()).publicKey)).rejects.toMatchObject(refused);
  });

  it("refuses what is no private Ed25519 key that may sign", async () => {
    const { privateKey, publicKey } = await webPair(false);
    const ecdsa = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    await expect(signerFromCryptoKey(publicKey, publicKey)).rejects.toMatchObject(refused);
    await expect(signerFromCryptoKey(ecdsa.privateKey, publicKey)).rejects.toMatchObject(refused);
    await expect(signerFromCryptoKey(privateKey, ecdsa.publicKey)).rejects.toMatchObject(refused);
    await expect(signerFromCryptoKey(privateKey, privateKey)).rejects.toMatchObject(refused);
    const { type, algorithm, extractable } = privateKey;
    const unusable = { type, algorithm, extractable, usages: [] };
    await expect(signerFromCryptoKey(unusable, publicKey)).rejects.toMatchObject(refused);
  });

  it("refuses a public half that the strict rule does not admit", async () => {
    const { privateKey } = await webPair(false);
    const low = { kty: "OKP", crv: "Ed25519", x: "AQ".padEnd(43, "A"), kid: "k" } as const;
    await expect(signerFromCryptoKey(privateKey, low)).rejects.toMatchObject({ code: "trust/key_refused" });
  });

  it("releases no signature that its engine made wrong", async () => {
    const { privateKey, publicKey } = await webPair(false);
    const signer = await signerFromCryptoKey(privateKey, publicKey);
    const engine = vi.spyOn(crypto.subtle, "sign").mockResolvedValue(new ArrayBuffer(64));
    try {
      await expect(signer.sign(utf8("m"))).rejects.toMatchObject({ code: "trust/signature_fault" });
    } finally {
      engine.mockRestore();
    }
  });

  it("signs what lies in shared memory", async () => {
    const { privateKey, publicKey } = await webPair(false);
    const signer = await signerFromCryptoKey(privateKey, publicKey);
    expect((await signer.sign(new Uint8Array(new SharedArrayBuffer(8)))).length).toBe(64);
  });
});

it("an exported KeyObject and its signer name one public key", () => {
  const spki = createPublicKey(keyPair.privateKey).export({ format: "der", type: "spki" });
  expect(signerFromKeyObject(keyPair.privateKey).publicKey).toEqual(
    publicKeyFromBytes(Uint8Array.from(spki.subarray(-32))),
  );
});

function memo<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
