import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENTRY_BYTES_MAX, encodeEntry, isAuraError, parseEntry } from "../src/index.ts";
import type { Entry, JsonObject } from "../src/index.ts";
import { canonicalJson } from "../src/canonical-json.ts";
import { ENTRY_NAME_CHARS_MAX, STREAM_CHARS_MAX } from "../src/entry-codec.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("base64url"));
const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const entries: fc.Arbitrary<Entry> = fc
  .record({
    namespace: fc.constantFrom("demo", "n1"),
    stream: fc.constantFrom("control", "agent/a", "mission/m1/call/1.1"),
    version: fc.integer({ min: 1, max: 5 }),
    fence: whole,
    unit: fc.uuid(),
    type: fc.constantFrom("call.sent", "epoch.raised"),
    timeMs: whole,
    actor: fc.record({
      id: fc.constantFrom("a", "spiffe://x/y"),
      custody: fc.constantFrom("agent", "runtime", "person"),
    }),
    data: fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
      .filter(isWellFormed) as fc.Arbitrary<JsonObject>,
    payloads: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), hash),
    previous: hash,
  })
  .map(
    (entry) =>
      ({ format: "aura-entry-1", ...entry, previous: entry.version === 1 ? null : entry.previous }) as unknown as Entry,
  );

const plain: Entry = {
  format: "aura-entry-1",
  namespace: "demo",
  stream: "control",
  version: 1,
  fence: 0,
  unit: "u",
  type: "epoch.raised",
  timeMs: 0,
  actor: { id: "a", custody: "agent" },
  data: {},
  payloads: {},
  previous: null,
};

function isWellFormed(value: unknown): boolean {
  return JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(value));
}

function isRefused(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return isAuraError(error, "trust/not_an_entry");
  }
}

describe("an entry", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(parseEntry(encodeEntry(entry))).toEqual({
          kind: "entry",
          entry: JSON.parse(canonicalJson(entry as unknown as JsonObject)),
        });
      }),
    );
  });

  it("has one spelling: any change of its text is refused or is another entry", () => {
    const change = fc.record({ at: fc.nat(), char: fc.string({ minLength: 0, maxLength: 1 }) });
    fc.assert(
      fc.property(entries, change, (entry, { at, char }) => {
        const text = encodeEntry(entry);
        const index = at % text.length;
        const changed = text.slice(0, index) + char + text.slice(index + 1);
        fc.pre(changed !== text);
        expect(isRefused(() => parseEntry(changed)) || isAnother(changed, entry)).toBe(true);
      }),
    );
  });

  it("that is not encoded is not parsed either: one rule on both sides", () => {
    const odd = fc.constantFrom<Partial<Record<keyof Entry, unknown>>>(
      { version: 0 },
      { version: 1.5 },
      { fence: -1 },
      { timeMs: 2 ** 53 },
      { stream: "" },
      { stream: "/a" },
      { stream: "a//b" },
      { stream: "A" },
      { type: "x" },
      { type: "x.Y" },
      { unit: "" },
      { unit: "a b" },
      { namespace: "" },
      { namespace: "a\n" },
      { actor: null },
      { actor: { id: "a" } },
      { actor: { id: "a", custody: "root" } },
      { data: [] },
      { data: null },
      { payloads: { a: "x" } },
      { payloads: { "A b": "A".repeat(43) } },
      { payloads: [] },
      { previous: "A".repeat(43) },
      { format: "aura-entry-2" },
      { extra: 1 } as object,
    );
    fc.assert(
      fc.property(odd, (change) => {
        const value = { ...plain, ...change };
        expect(isRefused(() => encodeEntry(value as Entry))).toBe(true);
        const text = canonicalJson(value as unknown as JsonObject);
        expect(isRefused(() => parseEntry(text)) || parseEntry(text).kind === "unknown_format").toBe(true);
      }),
    );
  });

  it("is refused, never anything else, for data that JSON cannot carry and for any text", () => {
    for (const data of [{ a: Number.NaN }, { a: undefined }, { a: 1n }, { a: new Date(0) }, { a: "\ud800" }]) {
      expect(isRefused(() => encodeEntry({ ...plain, data: data as unknown as JsonObject }))).toBe(true);
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json({ maxDepth: 2 })), (text) => void isRefused(() => parseEntry(text))),
    );
  });
});

describe("limits", () => {
  const sized = (bytes: number) => {
    const spare = bytes - Buffer.byteLength(encodeEntry({ ...plain, data: { pad: "" } }));
    return encodeEntry({ ...plain, data: { pad: "\u00e9".repeat(Math.floor(spare / 2)) + "x".repeat(spare % 2) } });
  };

  it("reads an entry of ENTRY_BYTES_MAX bytes of UTF-8, and none of one more", () => {
    expect(Buffer.byteLength(sized(ENTRY_BYTES_MAX))).toBe(ENTRY_BYTES_MAX);
    expect(parseEntry(sized(ENTRY_BYTES_MAX)).kind).toBe("entry");
    expect(isRefused(() => parseEntry(sized(ENTRY_BYTES_MAX + 1)))).toBe(true);
  });

  it.each([
    ["stream", STREAM_CHARS_MAX],
    ["namespace", ENTRY_NAME_CHARS_MAX],
    ["unit", ENTRY_NAME_CHARS_MAX],
  ] as const)("reads a %s of %i characters, and none of one more", (member, max) => {
    expect(parseEntry(encodeEntry({ ...plain, [member]: "a".repeat(max) })).kind).toBe("entry");
    expect(isRefused(() => encodeEntry({ ...plain, [member]: "a".repeat(max + 1) }))).toBe(true);
  });
});

/** Another value: its text differs, and so does what it says. */
function isAnother(text: string, entry: Entry): boolean {
  const parsed = parseEntry(text);
  return (
    parsed.kind === "unknown_format" || canonicalJson(parsed.entry as unknown as JsonObject) !== encodeEntry(entry)
  );
}
