import { ENTRY_BYTES_MAX, encodeEntry } from "@aura/trust";
import type { Entry, JsonObject } from "@aura/trust";
import { EMPTY_HEAD, KEY_LENGTH_MAX, PAYLOAD_BYTES_MAX, UNIT_ENTRIES_MAX, prepareUnit } from "@aura/store";
import type { Projection, Unit } from "@aura/store";
import { aChange, aPayload, aUnit, aUnitId, anEntryDraft, spokenProjection } from "@aura/store/testing";
import { describe, expect, it } from "vitest";

const payload = aPayload();
const named = anEntryDraft({ payloads: { arguments: payload.commitment } });

/** One unit that breaks one rule each, by the rule. */
const MALFORMED: Readonly<Record<string, () => Unit>> = {
  "an id that is not a UUIDv7": () => aUnit({ id: "8f14e45f-ceea-467f-a1d6-91f3a0f7a8a0" }),
  "an id in upper case": () => aUnit({ id: "0197A5B0-0000-7000-8000-000000000001" }),
  "no writes": () => aUnit({ writes: [] }),
  "a write without entries": () => aUnit({ writes: [{ stream: "mission/m1", drafts: [] }] }),
  "one stream in two writes": () => aUnit({ writes: [{ stream: "mission/m1" }, { stream: "mission/m1" }] }),
  "one stream in a write and a read": () => aUnit({ reads: [{ stream: "mission/m1", version: 0 }] }),
  "one stream in two reads": () =>
    aUnit({
      reads: [
        { stream: "control", version: 0 },
        { stream: "control", fence: 0 },
      ],
    }),
  "a stream without a name": () => aUnit({ reads: [{ stream: "", version: 0 }] }),
  "a stream name with a space": () => aUnit({ reads: [{ stream: "a b", version: 0 }] }),
  "a stream name beyond ASCII": () => aUnit({ reads: [{ stream: "größe", version: 0 }] }),
  "an entry of another namespace": () => aUnit({ namespace: "rival" }),
  "an entry of another stream": () => withEntry({ stream: "mission/m2" }),
  "an entry of another unit": () => withEntry({ unit: aUnitId() }),
  "an entry of another format": () => withEntry({ format: "aura-entry-2" as "aura-entry-1" }),
  "a version that leaves a gap": () => withEntry({ version: 2 }),
  "a fence below its write's": () => withEntry({ fence: -1 }),
  "a fence two above its write's": () => withEntry({ fence: 2 }),
  "a fence that falls again within a write": () => withSecondEntry({ takeOver: true }, { fence: 0 }),
  "a link to another entry within a write": () =>
    withSecondEntry({}, { previous: payload.commitment as unknown as Entry["previous"] }),
  "a type that is none": () =>
    aUnit({ writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ type: "Created!" })] }] }),
  "data that is not JSON": () => withEntry({ data: { amount: NaN } }),
  "data with a hole": () => withEntry({ data: { amount: undefined } as unknown as JsonObject }),
  "a payload that no entry names": () => aUnit({ payloads: [payload] }),
  "a payload of another text": () => withPayload({ ...payload, text: '"forged"' }),
  "a payload of another nonce": () => withPayload({ ...payload, nonce: aPayload('"payload"', 2).nonce }),
  "a payload whose nonce is not base64url": () => withPayload({ ...payload, nonce: "!" }),
  "a payload with half a character": () => withPayload({ ...payload, text: '"\ud800"' }),
  "a row key beyond ASCII": () => withChange({ put: [{ table: "call", key: "ä", members: {} }] }),
  "an empty counter key": () => withChange({ add: [{ counter: "", delta: 1 }] }),
  "a counter change that is no integer": () => withChange({ add: [{ counter: "spent", delta: 0.5 }] }),
};

describe("prepareUnit", () => {
  it.each(Object.entries(MALFORMED))("refuses %s", (_rule, unit) => {
    expect(() => prepare(unit())).toThrow(expect.objectContaining({ code: "store/malformed_unit" }) as Error);
  });

  it("gives each entry its canonical text, its leaf and what it changes", () => {
    const unit = aUnit({
      writes: [{ stream: "mission/m1", drafts: [aChange({ add: [{ counter: "spent", delta: 1 }] })] }],
    });
    const [entry] = prepare(unit).writes[0]?.entries ?? [];
    expect(entry?.text).toBe(entry && encodeEntry(entry.entry));
    expect(entry?.changes).toEqual([{ kind: "add", counter: "spent", delta: 1 }]);
  });

  it("tells which payloads must be stored already", () => {
    const borrowed = aPayload('"stored before"');
    const drafts = [named, anEntryDraft({ payloads: { result: borrowed.commitment } })];
    expect(prepare(aUnit({ writes: [{ stream: "mission/m1", drafts }], payloads: [payload] })).borrowed).toEqual([
      borrowed.commitment,
    ]);
  });

  it("accepts an entry of exactly the most bytes and refuses one past", () => {
    const room = ENTRY_BYTES_MAX - Buffer.byteLength(encodeEntry(onlyEntry(aUnitWithText(""))));
    expect(prepare(aUnitWithText("x".repeat(room))).writes).toHaveLength(1);
    expect(() => prepare(aUnitWithText("x".repeat(room + 1)))).toThrow(
      expect.objectContaining({ code: "store/entry_too_large" }) as Error,
    );
  });

  it("accepts a unit of the most entries and refuses one past", () => {
    const many = (count: number) =>
      aUnit({ writes: [{ stream: "mission/m1", drafts: Array.from({ length: count }, () => anEntryDraft()) }] });
    expect(prepare(many(UNIT_ENTRIES_MAX)).writes).toHaveLength(1);
    expect(() => prepare(many(UNIT_ENTRIES_MAX + 1))).toThrow(`at most ${UNIT_ENTRIES_MAX} entries`);
  });

  it("accepts a payload of the most bytes and refuses one past", () => {
    expect(prepare(withPayload(aPayload("x".repeat(PAYLOAD_BYTES_MAX)))).payloads).toHaveLength(1);
    expect(() => prepare(withPayload(aPayload("x".repeat(PAYLOAD_BYTES_MAX + 1))))).toThrow(
      `${PAYLOAD_BYTES_MAX} bytes`,
    );
  });

  it("accepts names of the most characters and refuses one past", () => {
    const name = "k".repeat(KEY_LENGTH_MAX);
    const key = (counter: string) => withChange({ add: [{ counter, delta: 1 }] });
    expect(prepare(key(name)).writes).toHaveLength(1);
    expect(() => prepare(key(`${name}k`))).toThrow(`${KEY_LENGTH_MAX} printable`);
    const stream = (of: string) => aUnit({ reads: [{ stream: of, version: 0 }] });
    expect(prepare(stream(name)).reads).toHaveLength(1);
    expect(() => prepare(stream(`${name}k`))).toThrow(`${KEY_LENGTH_MAX} printable`);
  });

  it("lets an error of a projection through: it is our bug, not the unit's", () => {
    const broken: Projection = {
      name: "broken",
      project: () => {
        throw new RangeError("no such state");
      },
    };
    expect(() => prepareUnit("acme", aUnit(), [broken])).toThrow(RangeError);
  });
});

function prepare(unit: Unit) {
  return prepareUnit("acme", unit, [spokenProjection]);
}

function aUnitWithText(text: string): Unit {
  return aUnit({
    id: "00000000-0000-7000-8000-ffffffffffff",
    writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ data: { text } })] }],
  });
}

function withEntry(change: Partial<Entry>): Unit {
  const unit = aUnit();
  return {
    ...unit,
    writes: unit.writes.map((write) => ({
      ...write,
      entries: write.entries.map((entry) => ({ ...entry, ...change })),
    })),
  };
}

function withSecondEntry(first: { readonly takeOver?: true }, change: Partial<Entry>): Unit {
  const unit = aUnit({
    writes: [{ stream: "mission/m1", head: EMPTY_HEAD, drafts: [anEntryDraft(first), anEntryDraft()] }],
  });
  return {
    ...unit,
    writes: unit.writes.map((write) => ({
      ...write,
      entries: write.entries.map((entry) => (entry.version === 2 ? { ...entry, ...change } : entry)),
    })),
  };
}

function withPayload(of: typeof payload): Unit {
  return aUnit({
    writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ payloads: { arguments: of.commitment } })] }],
    payloads: [of],
  });
}

function withChange(changes: Parameters<typeof aChange>[0]): Unit {
  return aUnit({ writes: [{ stream: "mission/m1", drafts: [aChange(changes)] }] });
}

function onlyEntry(unit: Unit): Entry {
  return unit.writes[0]!.entries[0]!;
}
