import { expect, it } from "vitest";
import { EMPTY_HEAD } from "../index.ts";
import { aChange, aNamespace, aPayload, aUnit, anEntryDraft, appendTo } from "./builders.ts";
import { collect, contractWorld, kinds } from "./contract-world.ts";
import type { OpenLogStore } from "./contract-world.ts";

const acme = aNamespace();
const rival = aNamespace("rival");
/** More than a store reads at once. */
const MANY = 600;

/** What can be read, by whom, in which order. */
export function readingContract(open: OpenLogStore): void {
  const world = contractWorld(open);

  it("answers the empty head, no entries and no position for a stream that does not exist", async () => {
    const { store } = await world();
    expect(await store.head(acme, "mission/none")).toEqual(EMPTY_HEAD);
    expect(await collect(store.read(acme, "mission/none", 0))).toEqual([]);
    expect(await store.position(acme, "mission/none", 1)).toBeUndefined();
    expect(await store.streams(acme, "")).toEqual([]);
    expect(await collect(store.readLog(acme, 0))).toEqual([]);
  });

  it("reads a stream above a version, oldest first, however long it is", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "control" });
    await appendTo(store, acme, { stream: "mission/m1", drafts: Array.from({ length: MANY }, () => anEntryDraft()) });
    const entries = await collect(store.read(acme, "mission/m1", 3));
    expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: MANY - 3 }, (_, index) => index + 4));
    expect(await collect(store.read(acme, "mission/m1", MANY))).toEqual([]);
  });

  it("reads the log from a position, in order, without a gap", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "mission/m1", drafts: Array.from({ length: MANY }, () => anEntryDraft()) });
    await appendTo(store, acme, { stream: "control" });
    const logged = await collect(store.readLog(acme, 5));
    expect(logged.map(({ seq }) => seq)).toEqual(Array.from({ length: MANY - 4 }, (_, index) => index + 5));
    expect(logged.at(-1)?.entry.stream).toBe("control");
  });

  it("lists streams under a prefix with their heads, sorted by code unit", async () => {
    const { store } = await world();
    const names = [
      "mission/m1/run/1",
      "mission/m1/call/1.10",
      "mission/m1",
      "mission/m1/call/1.9",
      "mission/m1/call/Z",
      "mission/m2",
      "mission0",
    ];
    for (const stream of names) await appendTo(store, acme, { stream });
    const listed = await store.streams(acme, "mission/m1");
    expect(listed.map(({ stream }) => stream)).toEqual([
      "mission/m1",
      "mission/m1/call/1.10",
      "mission/m1/call/1.9",
      "mission/m1/call/Z",
      "mission/m1/run/1",
    ]);
    expect(listed[1]?.head).toEqual(await store.head(acme, "mission/m1/call/1.10"));
    expect((await store.streams(acme, "")).map(({ stream }) => stream)).toEqual([...names].toSorted());
  });

  it("treats a prefix as plain text", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "a%b_c" });
    await appendTo(store, acme, { stream: "aXbYc" });
    expect((await store.streams(acme, "a%b_")).map(({ stream }) => stream)).toEqual(["a%b_c"]);
  });

  it("gives a payload back as it was stored, and undefined for one that never was", async () => {
    const { store } = await world();
    const payload = aPayload(`"Grüße 🧾 ${"x".repeat(70_000)}"`);
    await appendTo(store, acme, {
      stream: "mission/m1",
      drafts: [anEntryDraft({ payloads: { arguments: payload.commitment } })],
      payloads: [payload],
    });
    expect(await store.payload(acme, payload.commitment)).toEqual(payload);
    expect(await store.payload(acme, aPayload('"other"').commitment)).toBeUndefined();
  });

  it("lets an entry name a payload that is stored already, also by an earlier unit of the batch", async () => {
    const { store } = await world();
    const payload = aPayload();
    const drafts = [anEntryDraft({ payloads: { arguments: payload.commitment } })];
    const answers = await store.append(acme, [
      aUnit({ writes: [{ stream: "mission/m1", drafts }], payloads: [payload] }),
      aUnit({ writes: [{ stream: "mission/m2", drafts }] }),
    ]);
    const [later, again] = await store.append(acme, [
      aUnit({ writes: [{ stream: "mission/m3", drafts }] }),
      aUnit({ writes: [{ stream: "mission/m4", drafts }], payloads: [payload] }),
    ]);
    expect(kinds(answers)).toEqual(["appended", "appended"]);
    expect([later?.kind, again?.kind]).toEqual(["appended", "appended"]);
  });

  it("refuses a unit whose entry names a payload that is nowhere", async () => {
    const { store } = await world();
    const { commitment } = aPayload();
    const unit = aUnit({
      writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ payloads: { arguments: commitment } })] }],
    });
    expect(await store.append(acme, [unit])).toEqual([{ kind: "refused", code: "store/payload_missing" }]);
  });

  it("shows nothing of one namespace to another", async () => {
    const { store } = await world();
    const payload = aPayload();
    const spoken = aChange({
      add: [{ counter: "spent", delta: 5 }],
      put: [{ table: "mission", key: "m1", members: { state: "CREATED" } }],
    });
    await appendTo(store, acme, {
      stream: "mission/m1",
      drafts: [spoken, anEntryDraft({ payloads: { arguments: payload.commitment } })],
      payloads: [payload],
    });
    await store.checkpoint(acme, async () => "note");

    expect(await store.head(rival, "mission/m1")).toEqual(EMPTY_HEAD);
    expect(await store.streams(rival, "")).toEqual([]);
    expect(await store.size(rival)).toBe(0);
    expect(await collect(store.read(rival, "mission/m1", 0))).toEqual([]);
    expect(await collect(store.readLog(rival, 0))).toEqual([]);
    expect(await store.position(rival, "mission/m1", 1)).toBeUndefined();
    expect(await store.payload(rival, payload.commitment)).toBeUndefined();
    expect(await store.row(rival, "mission", "m1")).toBeUndefined();
    expect(await store.rows(rival, "mission")).toEqual([]);
    expect(await store.counter(rival, "spent")).toBe(0);
    expect(await store.signedTree(rival)).toBeUndefined();
    expect(await store.tables(rival)).toEqual({ rows: [], counters: [] });
    await expect(store.inclusionProof(rival, 0, 1)).rejects.toMatchObject({ code: "store/proof_out_of_range" });
  });

  it("numbers, counts and judges each namespace for itself", async () => {
    const { store } = await world();
    const payload = aPayload();
    const named = anEntryDraft({ payloads: { arguments: payload.commitment } });
    const capped = aChange({ add: [{ counter: "spent", delta: 1, ceiling: 1 }] });
    await appendTo(store, acme, { stream: "mission/m1", drafts: [named, capped], payloads: [payload] });
    const answers = await store.append(rival, [
      aUnit({ namespace: "rival", writes: [{ stream: "mission/m1", drafts: [capped] }] }),
      aUnit({ namespace: "rival", writes: [{ stream: "mission/m2", drafts: [named] }] }),
    ]);
    expect(answers).toEqual([
      { kind: "appended", positions: [0] },
      { kind: "refused", code: "store/payload_missing" },
    ]);
    await store.rebuild(rival);
    expect([await store.counter(acme, "spent"), await store.counter(rival, "spent")]).toEqual([1, 1]);
  });

  it("refuses a unit whose entries belong to another namespace", async () => {
    const { store } = await world();
    await expect(store.append(rival, [aUnit()])).rejects.toMatchObject({ code: "store/malformed_unit" });
  });
}
