import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { publicKeyFromBytes, verifyEd25519 } from "@aura/trust";
import { edgeVectors, type EdgeVector } from "../runtimes/edge-vectors.ts";
import { isCanonicalY, isScalarBelowOrder, isSmallOrder } from "../src/ed25519-bytes.ts";
import { equationHolds } from "../src/ed25519-points.ts";
import { isAcceptableSignature } from "../src/ed25519.ts";
import { toHex } from "../src/hex.ts";
import { fromHex, readVectors } from "./vector-file.ts";

const edges = edgeVectors();
const { sha256 } = readVectors<{ sha256: string }>("ed25519-cctv.json");

it("keeps the published set of 914 edge cases to the byte", () => {
  const published = edges.map(({ number, key, signature, message, flags }) => ({
    number,
    key: toHex(key),
    sig: toHex(signature),
    msg: new TextDecoder().decode(message),
    flags: flags.length > 0 ? flags : null,
  }));
  const text = `${JSON.stringify(published, null, "\t")}\n`;
  expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
});

it.each([
  ["node:crypto", (key: Uint8Array) => verifyEd25519.bind(undefined, publicKeyFromBytes(key))],
  ["@noble/ed25519", withPoints],
])("accepts 43 of the 914, those that their flags let pass, with %s behind the rule", (_, engine) => {
  const accepted = edges.filter((edge) => accepts(edge, engine)).map(({ number }) => number);
  expect(accepted).toEqual(edges.filter(({ accept }) => accept).map(({ number }) => number));
  expect([edges.length, accepted.length]).toEqual([914, 43]);
});

type Engine = (key: Uint8Array) => (message: Uint8Array, signature: Uint8Array) => boolean;

function accepts({ key, message, signature }: EdgeVector, engine: Engine): boolean {
  try {
    publicKeyFromBytes(key);
  } catch {
    return false; // the key is not admitted
  }
  return engine(key)(message, signature);
}

/** The rule where there is no `node:crypto`. */
function withPoints(key: Uint8Array): ReturnType<Engine> {
  return (message, signature) => isAcceptableSignature(signature) && equationHolds(key, message, signature);
}

interface NamedSignature {
  readonly name: string;
  readonly key: string;
  readonly message: string;
  readonly signature: string;
  readonly refusedBy?: string;
}

const { signatures } = readVectors<{ signatures: readonly NamedSignature[] }>("ed25519.json");

it.each(signatures)("by the line $refusedBy it refuses: $name", ({ key, message, signature, refusedBy }) => {
  expect(firstRefusing(fromHex(key), fromHex(message), fromHex(signature))).toBe(refusedBy);
});

/** The lines of the rule in their order (docs/formats/encoding.md), each asked by itself. */
function firstRefusing(key: Uint8Array, message: Uint8Array, signature: Uint8Array): string | undefined {
  const [commitment, scalar] = [signature.subarray(0, 32), signature.subarray(32)];
  const lines: readonly (readonly [string, () => boolean])[] = [
    ["key_not_canonical", () => isCanonicalY(key)],
    ["key_small_order", () => !isSmallOrder(key)],
    ["signature_length", () => signature.length === 64],
    ["s_not_below_order", () => isScalarBelowOrder(scalar)],
    ["r_not_canonical", () => isCanonicalY(commitment)],
    ["r_small_order", () => !isSmallOrder(commitment)],
    ["equation", () => equationHolds(key, message, signature)],
  ];
  return lines.find(([, holds]) => !holds())?.[0];
}
