import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, it } from "vitest";
import { isCanonicalY, isScalarBelowOrder, isSmallOrder } from "../src/ed25519-bytes.ts";
import { isAcceptableSignature } from "../src/ed25519.ts";
import { fromHex } from "./vector-file.ts";

const P = 2n ** 255n - 19n;
const { ORDER } = ed25519.Point.Fn;

function littleEndian(value: bigint, sign = 0): Uint8Array {
  const bytes = fromHex(value.toString(16).padStart(64, "0")).toReversed();
  return bytes.with(31, (bytes[31] ?? 0) | sign);
}

it.each([0n, 1n, 2n, P - 2n, P - 1n])("takes y = %s for canonical, whatever the sign bit", (y) => {
  expect([isCanonicalY(littleEndian(y)), isCanonicalY(littleEndian(y, 0x80))]).toEqual([true, true]);
});

it.each([P, P + 1n, P + 18n])("takes y = %s for a second spelling, whatever the sign bit", (y) => {
  expect([isCanonicalY(littleEndian(y)), isCanonicalY(littleEndian(y, 0x80))]).toEqual([false, false]);
});

it.each([0n, 1n, ORDER - 1n])("takes S = %s for a scalar", (scalar) => {
  expect(isScalarBelowOrder(littleEndian(scalar))).toBe(true);
});

it.each([ORDER, ORDER + 1n, 2n * ORDER, 2n ** 256n - 1n])("refuses S = %s", (scalar) => {
  expect(isScalarBelowOrder(littleEndian(scalar))).toBe(false);
});

it("knows the eight points of small order, and no other", () => {
  // The torsion point of order 8 that RFC 8032's curve has, and its multiples.
  const generator = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  const points = Array.from({ length: 8 }, (_, index) => generator.multiplyUnsafe(BigInt(index)).toBytes());
  expect(new Set(points.map(String)).size).toBe(8);
  expect(points.map((point) => isSmallOrder(point))).toEqual(Array(8).fill(true));
  expect(isSmallOrder(ed25519.Point.BASE.toBytes())).toBe(false);
  expect(isSmallOrder(generator.add(ed25519.Point.BASE).toBytes())).toBe(false);
});

it("asks no engine about a signature whose R is not canonical or of small order, or whose S is too large", () => {
  const [r, s] = [ed25519.Point.BASE.toBytes(), littleEndian(1n)];
  const together = (left: Uint8Array, right: Uint8Array) => Uint8Array.from([...left, ...right]);
  expect(isAcceptableSignature(together(r, s))).toBe(true);
  expect(isAcceptableSignature(together(littleEndian(P), s))).toBe(false);
  expect(isAcceptableSignature(together(littleEndian(1n), s))).toBe(false);
  expect(isAcceptableSignature(together(r, littleEndian(ORDER)))).toBe(false);
  expect(isAcceptableSignature(together(r, s).subarray(1))).toBe(false);
});
