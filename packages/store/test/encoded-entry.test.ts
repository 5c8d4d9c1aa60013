import { encodeEntry, leafHash } from "@aura/trust";
import type { Entry, JsonObject } from "@aura/trust";
import { EMPTY_HEAD, chainEntries, headAfter, prepareUnit } from "@aura/store";
import { AN_ACTOR, aPayload } from "@aura/store/testing";
import { expect, it } from "vitest";
import { encodeForGood, encodedEntry } from "../src/encoded-entry.ts";

const UNIT = "01920000-0000-7000-8000-000000000001";

function anEntry(data: JsonObject): Entry {
  const payloads = { result: aPayload().commitment };
  const drafts = [{ type: "note.written", actor: { ...AN_ACTOR }, data, payloads }];
  const [entry] = chainEntries({
    namespace: "acme",
    stream: "mission/m1",
    head: EMPTY_HEAD,
    unit: UNIT,
    timeMs: 1,
    drafts,
  });
  return entry as Entry;
}

function prepared(entry: Entry): string | undefined {
  const write = { stream: "mission/m1", after: 0, fence: 0, entries: [entry] };
  return prepareUnit("acme", { id: UNIT, writes: [write], reads: [], payloads: [aPayload()] }, []).writes[0]?.entries[0]
    ?.text;
}

it("encodes an entry once: what its head was hashed from is what is appended", () => {
  const entry = anEntry({ deep: { list: [1, { two: "2" }] } });
  const head = headAfter(EMPTY_HEAD, [entry]);
  const encoded = encodedEntry(entry);
  expect(encodedEntry(entry)).toBe(encoded);
  expect(encoded).toEqual({ text: encodeEntry(entry), leaf: leafHash(encodeEntry(entry)) });
  expect([head.hash, prepared(entry)]).toEqual([encoded.leaf, encoded.text]);
});

it.each([
  ["a member", (entry: Entry) => Object.assign(entry, { version: 9 })],
  ["its data", (entry: Entry) => Object.assign(entry.data, { amount: 9 })],
  ["what its data holds", (entry: Entry) => (entry.data["list"] as unknown[]).push(9)],
  ["its actor", (entry: Entry) => Object.assign(entry.actor, { id: "mallory" })],
  ["its payloads", (entry: Entry) => Object.assign(entry.payloads, { more: "x" })],
])("lets nobody change %s once the entry was hashed for a head", (_what, change) => {
  const entry = anEntry({ amount: 1, list: [1] });
  const { text } = encodeForGood(entry);
  expect(() => change(entry)).toThrow(TypeError);
  expect(encodeEntry(entry)).toBe(text);
});

it("encodes anew what has only been appended, and may have changed since", () => {
  const data = { amount: 1 };
  const entry = anEntry(data);
  const before = prepared(entry);
  data.amount = 2;
  expect(prepared(entry)).toBe(before?.replace('"amount":1', '"amount":2'));
});

it.each<[string, (next: () => number) => JsonObject]>([
  [
    "a getter",
    (next) => ({
      get amount() {
        return next();
      },
    }),
  ],
  [
    "a proxy that will not be frozen",
    (next) =>
      new Proxy(
        { amount: 0 },
        {
          preventExtensions: () => false,
          get: () => next(),
        },
      ),
  ],
])("does not trust %s to say the same twice", (_what, dataOf) => {
  let count = 0;
  const entry = anEntry(dataOf(() => (count += 1)));
  const first = encodeForGood(entry);
  expect(first.text).toContain('"amount":1');
  expect(encodedEntry(entry).text).toContain('"amount":2');
});

it("does not freeze what is no plain data, and refuses it", () => {
  const sent = new Date(0);
  const entry = anEntry({ sent: sent as unknown as string });
  expect(() => encodeForGood(entry)).toThrow(expect.objectContaining({ code: "trust/not_an_entry" }));
  expect(() => encodedEntry(entry)).toThrow(expect.objectContaining({ code: "trust/not_an_entry" }));
  expect(Object.isFrozen(sent)).toBe(false);
});

it("ends on data that holds itself", () => {
  const data: { [name: string]: unknown } = {};
  data["self"] = data;
  expect(() => encodeForGood(anEntry(data as JsonObject))).toThrow(
    expect.objectContaining({ code: "trust/not_an_entry" }),
  );
});
