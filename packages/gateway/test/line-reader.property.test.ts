import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONG_LINE_ENDS_BYTES, LineReader } from "../src/mcp/line-reader.ts";

const LIMITS = { lineBytesMax: 8, passedBytesMax: 64 };

function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const line = fc.string({ unit: fc.constantFrom("a", "é", "😀", "{") });

describe("lines", () => {
  it("are the same however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(line.filter((text) => Buffer.byteLength(text) <= 8)),
        fc.array(fc.nat()),
        (lines, places) => {
          const reader = new LineReader(LIMITS);
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
          expect(cut(bytes, places).flatMap((chunk) => reader.push(chunk))).toEqual(lines);
        },
      ),
    );
  });

  it("show their two ends alone when they are too long, and the next is whole again, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 9, max: 64 }), fc.array(fc.nat()), (length, places) => {
        const reader = new LineReader(LIMITS);
        const text = "0123456789".repeat(7).slice(0, length);
        const read = cut(Buffer.from(`${text}\nnext\n`), places).flatMap((chunk) => reader.push(chunk));
        expect(read).toEqual([
          { head: expect.stringMatching(new RegExp(`^${text.slice(0, 9)}`)) as string, tail: text },
          "next",
        ]);
      }),
    );
  });

  it("are read at the limit and go by one past it", () => {
    const reader = new LineReader({ lineBytesMax: 1_000, passedBytesMax: 2_000 });
    const [whole, long] = ["x".repeat(1_000), `${"a".repeat(500)}${"z".repeat(501)}`];
    expect(reader.push(Buffer.from(`${whole}\n${long}\n`))).toEqual([
      whole,
      { head: "a".repeat(LONG_LINE_ENDS_BYTES), tail: "z".repeat(LONG_LINE_ENDS_BYTES) },
    ]);
  });

  it("are endless one past the longest that goes by, finished or not", () => {
    expect(new LineReader(LIMITS).push(Buffer.from(`${"x".repeat(64)}\n`))).toHaveLength(1);
    expect(new LineReader(LIMITS).push(Buffer.from(`${"x".repeat(65)}\n`))).toBe("endless");
    expect(new LineReader(LIMITS).push(Buffer.from("x".repeat(64)))).toEqual([]);
    expect(new LineReader(LIMITS).push(Buffer.from("x".repeat(65)))).toBe("endless");
  });

  it("that are not UTF-8 are empty", () => {
    expect(new LineReader(LIMITS).push(Uint8Array.of(0xff, 0x0a))).toEqual([""]);
  });
});
