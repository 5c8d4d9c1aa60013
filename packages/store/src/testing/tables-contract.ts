import { expect, it } from "vitest";
import type { Projection } from "../index.ts";
import { aChange, aNamespace, aUnit, appendTo } from "./builders.ts";
import type { SpokenChanges } from "./builders.ts";
import { contractWorld, kinds } from "./contract-world.ts";
import type { ContractWorld, OpenLogStore } from "./contract-world.ts";

const acme = aNamespace();

/** Rows and counters: folds of the log, and the ceilings that refuse. */
export function tablesContract(open: OpenLogStore): void {
  const world = contractWorld(open);

  it("merges members into a row, keeps null as null, and drops a row", async () => {
    const { store } = await world();
    await speak(store, { put: [{ table: "call", key: "1.1", members: { state: "sent", code: "x", ä: [1] } }] });
    await speak(store, { put: [{ table: "call", key: "1.1", members: { state: "failed", code: null } }] });
    expect(await store.row(acme, "call", "1.1")).toEqual({ state: "failed", code: null, ä: [1] });
    await speak(store, { drop: [{ table: "call", key: "1.1" }] });
    expect(await store.row(acme, "call", "1.1")).toBeUndefined();
    await speak(store, { put: [{ table: "call", key: "1.1", members: { state: "sent" } }] });
    expect(await store.row(acme, "call", "1.1")).toEqual({ state: "sent" });
  });

  it("applies the changes of one unit in order", async () => {
    const { store } = await world();
    const call = { table: "call", key: "1.1" };
    const drafts = [
      aChange({ put: [{ ...call, members: { first: 1 } }] }),
      aChange({ drop: [call] }),
      aChange({ put: [{ ...call, members: { second: 2 } }] }),
    ];
    await appendTo(store, acme, { stream: "control", drafts });
    expect(await store.row(acme, "call", "1.1")).toEqual({ second: 2 });
  });

  it("lists the rows of one table by key in code unit order, after a key, up to a limit", async () => {
    const { store } = await world();
    const keys = ["b", "a", "B", "a/1", "10", "9"];
    await speak(store, { put: keys.map((key) => ({ table: "mission", key, members: { name: key } })) });
    await speak(store, { put: [{ table: "other", key: "a", members: {} }] });
    const sorted = [...keys].toSorted();
    expect(await store.rows(acme, "mission")).toEqual(sorted.map((key) => ({ key, members: { name: key } })));
    expect((await store.rows(acme, "mission", { after: "B", limit: 2 })).map(({ key }) => key)).toEqual(["a", "a/1"]);
    expect((await store.rows(acme, "mission", { after: "10" })).map(({ key }) => key)).toEqual(sorted.slice(1));
    expect(await store.rows(acme, "mission", { limit: 0 })).toEqual([]);
  });

  it("counts, up and down, from 0", async () => {
    const { store } = await world();
    expect(await store.counter(acme, "open")).toBe(0);
    await speak(store, { add: [{ counter: "open", delta: 3 }] });
    await speak(store, {
      add: [
        { counter: "open", delta: -2 },
        { counter: "open", delta: -4 },
      ],
    });
    expect(await store.counter(acme, "open")).toBe(-3);
  });

  it("lets a counter reach its ceiling and refuses the unit that goes one past, with its code", async () => {
    const { store } = await world();
    const spend = { counter: "spent", delta: 1, ceiling: 2, code: "mission/budget_spent" };
    const answers = [
      await speak(store, { add: [spend] }),
      await speak(store, { add: [spend] }),
      await speak(store, { add: [spend] }),
    ];
    expect(answers).toEqual([
      expect.objectContaining({ kind: "appended" }),
      expect.objectContaining({ kind: "appended" }),
      { kind: "refused", code: "mission/budget_spent", counter: "spent" },
    ]);
    expect(await store.counter(acme, "spent")).toBe(2);
    expect(await store.size(acme)).toBe(2);
  });

  it("holds the sum of a unit's adds against the ceiling, not one of them", async () => {
    const { store } = await world();
    const one = { counter: "spent", delta: 1, ceiling: 2 };
    expect(await speak(store, { add: [one, one, one] })).toEqual({
      kind: "refused",
      code: "store/ceiling",
      counter: "spent",
    });
    expect(await speak(store, { add: [one, one, one, { counter: "spent", delta: -1 }] })).toMatchObject({
      kind: "appended",
    });
  });

  it("refuses an add of 0 under a ceiling of 0 while the counter stands above it", async () => {
    const { store } = await world();
    const noneOpen: SpokenChanges = {
      add: [{ counter: "open_calls", delta: 0, ceiling: 0, code: "mission/calls_open" }],
    };
    await speak(store, { add: [{ counter: "open_calls", delta: 1 }] });
    expect(await speak(store, noneOpen)).toEqual({
      kind: "refused",
      code: "mission/calls_open",
      counter: "open_calls",
    });
    await speak(store, { add: [{ counter: "open_calls", delta: -1 }] });
    expect(await speak(store, noneOpen)).toMatchObject({ kind: "appended" });
  });

  it("counts what the earlier units of a batch added, and nothing of a refused one", async () => {
    const { store } = await world();
    const add = (delta: number) => [aChange({ add: [{ counter: "spent", delta, ceiling: 10 }] })];
    const answers = await store.append(acme, [
      aUnit({ writes: [{ stream: "m1", drafts: add(6) }] }),
      aUnit({ writes: [{ stream: "m2", drafts: add(6) }] }),
      aUnit({ writes: [{ stream: "m3", drafts: add(4) }] }),
      aUnit({ writes: [{ stream: "m4", drafts: add(1) }] }),
    ]);
    expect(kinds(answers)).toEqual(["appended", "refused", "appended", "refused"]);
    expect(await store.counter(acme, "spent")).toBe(10);
  });

  it("builds the same tables again from the log", async () => {
    const { store } = await world();
    for (let index = 0; index < 300; index += 1) {
      await speak(store, {
        add: [{ counter: `c${index % 7}`, delta: (index % 3) - 1 }],
        put: [{ table: `t${index % 2}`, key: `k${index % 11}`, members: { index, [`m${index % 5}`]: true } }],
        drop: index % 13 === 0 ? [{ table: "t1", key: `k${index % 11}` }] : [],
      });
    }
    const before = await store.tables(acme);
    expect(before.rows.length).toBeGreaterThan(5);
    expect(before.counters.length).toBeGreaterThan(2);
    await store.rebuild(acme);
    expect(await store.tables(acme)).toEqual(before);
  });

  it("drops what no projection says any more when it builds the tables again, and adds what one says now", async () => {
    let table = "old";
    const renamed: Projection = {
      name: "renamed",
      project: ({ version }) => [
        { kind: "put", table, key: `k${version}`, members: { version } },
        { kind: "add", counter: table, delta: 1 },
      ],
    };
    const { store } = await world([renamed]);
    await speak(store, {});
    await speak(store, {});
    table = "new";
    await store.rebuild(acme);
    expect(await store.tables(acme)).toEqual({
      rows: [
        { table: "new", key: "k1", members: { version: 1 } },
        { table: "new", key: "k2", members: { version: 2 } },
      ],
      counters: [{ counter: "new", value: 2 }],
    });
  });

  it("lists every row by table and key and every counter that is not 0, sorted", async () => {
    const { store } = await world();
    await speak(store, {
      add: [
        { counter: "b", delta: 1 },
        { counter: "a", delta: 2 },
        { counter: "zero", delta: 0 },
      ],
      put: [
        { table: "u", key: "1", members: {} },
        { table: "t", key: "2", members: { n: 2 } },
        { table: "t", key: "1", members: {} },
      ],
    });
    expect(await store.tables(acme)).toEqual({
      rows: [
        { table: "t", key: "1", members: {} },
        { table: "t", key: "2", members: { n: 2 } },
        { table: "u", key: "1", members: {} },
      ],
      counters: [
        { counter: "a", value: 2 },
        { counter: "b", value: 1 },
      ],
    });
  });
}

async function speak(store: ContractWorld["store"], changes: SpokenChanges): ReturnType<typeof appendTo> {
  return appendTo(store, acme, { stream: "control", drafts: [aChange(changes)] });
}
