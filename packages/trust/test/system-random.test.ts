import { type MockInstance, afterEach, beforeEach, expect, it, vi } from "vitest";

type Source = typeof import("../src/system-random.ts");

/** Every byte that the platform gave, in the order it gave them, as a running number: none is 0, and neighbours differ. */
let given: number;
/** The arrays that the platform was asked to fill. */
let filled: Uint8Array[];
let source: Source;
let platform: MockInstance<typeof globalThis.crypto.getRandomValues>;

beforeEach(async () => {
  given = 0;
  filled = [];
  platform = vi.spyOn(globalThis.crypto, "getRandomValues").mockImplementation((array) => {
    const bytes = array as unknown as Uint8Array;
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = numbered(given + index);
    given += bytes.length;
    filled.push(bytes);
    return array;
  });
  vi.resetModules();
  source = await import("../src/system-random.ts");
});

afterEach(() => vi.restoreAllMocks());

const numbered = (nth: number): number => (nth % 251) + 1;

it("hands out each byte of the pool once", () => {
  const { systemRandom, RANDOM_POOL_BYTES } = source;
  const lengths = [32, 10, 1, 0, 256, 32, 16];
  const seen: number[] = [];
  for (let nth = 0; seen.length + 256 <= RANDOM_POOL_BYTES; nth += 1) {
    seen.push(...systemRandom.bytes(lengths[nth % lengths.length] ?? 0));
  }
  expect(filled).toHaveLength(1);
  expect(seen).toEqual(Array.from(seen, (_, nth) => numbered(nth)));
});

it("overwrites what it handed out", () => {
  const { systemRandom } = source;
  systemRandom.bytes(32);
  systemRandom.bytes(10);
  const [pool] = filled;
  expect(pool?.subarray(0, 42)).toEqual(new Uint8Array(42));
  expect(pool?.[42]).toBe(numbered(42));
});

it("gives nobody what was left when the pool is filled again", () => {
  const { systemRandom, RANDOM_POOL_BYTES } = source;
  for (let taken = 0; taken < RANDOM_POOL_BYTES - 256; taken += 256) systemRandom.bytes(256);
  systemRandom.bytes(250);
  expect(Array.from(systemRandom.bytes(7))).toEqual(
    Array.from({ length: 7 }, (_, nth) => numbered(RANDOM_POOL_BYTES + nth)),
  );
  expect(filled).toHaveLength(2);
});

it("hands out bytes that are the caller's own", () => {
  const { systemRandom } = source;
  const bytes = systemRandom.bytes(32);
  expect(bytes.buffer).not.toBe(filled[0]?.buffer);
  bytes.fill(0);
  expect(systemRandom.bytes(1)[0]).toBe(numbered(32));
});

it("draws for the caller alone past the size that is pooled", () => {
  const { systemRandom, POOLED_BYTES_MAX } = source;
  expect(systemRandom.bytes(POOLED_BYTES_MAX)).toHaveLength(POOLED_BYTES_MAX);
  const alone = systemRandom.bytes(POOLED_BYTES_MAX + 1);
  expect(filled.map(({ length }) => length)).toEqual([source.RANDOM_POOL_BYTES, POOLED_BYTES_MAX + 1]);
  expect(alone[0]).toBe(numbered(source.RANDOM_POOL_BYTES));
});

it("hands out nothing while the platform has nothing to give", () => {
  const { systemRandom } = source;
  platform.mockImplementationOnce(() => {
    throw new Error("no entropy");
  });
  expect(() => systemRandom.bytes(32)).toThrow("no entropy");
  expect(Array.from(systemRandom.bytes(2))).toEqual([numbered(0), numbered(1)]);
});

it("refuses a length that no bytes have", () => {
  expect(() => source.systemRandom.bytes(-1)).toThrow(RangeError);
});
