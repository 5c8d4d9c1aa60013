import { EMPTY_HEAD, chainEntries, headAfter, planAppend, prepareUnit } from "@aura/store";
import type { AppendPlan, Head, PreparedUnit, Standing, Unit } from "@aura/store";
import { TEST_TIME_MS, aChange, aUnitId, spokenProjection } from "@aura/store/testing";
import fc from "fast-check";
import { expect, it } from "vitest";

const EMPTY: Standing = { size: 0, heads: new Map(), counters: new Map(), rows: new Map(), stored: new Set() };
const stream = fc.constantFrom<string>("mission/m1", "mission/m2", "mission/m3");

/** What a careless writer might ask: on the head it should know, or on one from before; with or without a ceiling. */
const intent = fc.record({
  streams: fc.uniqueArray(stream, { minLength: 1, maxLength: 2 }),
  late: fc.boolean(),
  takeOver: fc.boolean(),
  readStream: fc.option(fc.constantFrom<string>("control", "mission/m1", "mission/m2"), { nil: undefined }),
  delta: fc.integer({ min: -2, max: 3 }),
  ceiling: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  key: fc.constantFrom("a", "b"),
  drop: fc.boolean(),
});

const intents = fc.array(intent, { minLength: 1, maxLength: 15 });

it("judges a batch as it would judge its units one after another", () => {
  fc.assert(
    fc.property(intents, (asked) => {
      const units = unitsOf(asked);
      const together = planAppend({ nowMs: TEST_TIME_MS, standing: EMPTY, units });
      let standing = EMPTY;
      const oneByOne = units.map((unit) => {
        const plan = planAppend({ nowMs: TEST_TIME_MS, standing, units: [unit] });
        standing = afterwards(standing, plan);
        return plan;
      });
      expect(together.answers).toEqual(oneByOne.flatMap(({ answers }) => answers));
      expect(together.entries).toEqual(oneByOne.flatMap(({ entries }) => entries));
      expect(afterwards(EMPTY, together)).toEqual(standing);
    }),
  );
});

it("leaves no gap in the log and none in a stream, and links every entry", () => {
  fc.assert(
    fc.property(intents, (asked) => {
      const { entries } = planAppend({ nowMs: TEST_TIME_MS, standing: EMPTY, units: unitsOf(asked) });
      const heads = new Map<string, Pick<Head, "version" | "hash">>();
      for (const [index, { seq, stream: name, version, leaf, text }] of entries.entries()) {
        const before = heads.get(name) ?? EMPTY_HEAD;
        expect(seq).toBe(index);
        expect(version).toBe(before.version + 1);
        expect((JSON.parse(text) as { previous: unknown }).previous).toBe(before.hash);
        heads.set(name, { version, hash: leaf });
      }
    }),
  );
});

it("never lets a counter stand above the ceiling of the unit that moved it last", () => {
  fc.assert(
    fc.property(intents, (asked) => {
      let standing = EMPTY;
      for (const [index, unit] of unitsOf(asked).entries()) {
        const plan = planAppend({ nowMs: TEST_TIME_MS, standing, units: [unit] });
        standing = afterwards(standing, plan);
        const ceiling = asked[index]?.ceiling;
        if (plan.answers[0]?.kind !== "appended" || ceiling === undefined) continue;
        expect(standing.counters.get("spent") ?? 0).toBeLessThanOrEqual(ceiling);
      }
    }),
  );
});

it("changes nothing that it was given", () => {
  fc.assert(
    fc.property(intents, (asked) => {
      const heads = new Map([["control", { ...EMPTY_HEAD, version: 1 }]]);
      const standing: Standing = { ...EMPTY, heads, counters: new Map([["spent", 1]]), rows: new Map() };
      const before = structuredClone({ ...standing, stored: undefined });
      planAppend({ nowMs: TEST_TIME_MS, standing, units: unitsOf(asked) });
      expect({ ...standing, stored: undefined }).toEqual(before);
    }),
  );
});

function unitsOf(asked: readonly (typeof intent extends fc.Arbitrary<infer Value> ? Value : never)[]): PreparedUnit[] {
  const heads = new Map<string, Head>();
  return asked.map((of) => {
    const id = aUnitId();
    const writes = of.streams.map((name) => {
      const head = of.late ? EMPTY_HEAD : (heads.get(name) ?? EMPTY_HEAD);
      const spent = { counter: "spent", delta: of.delta, ...(of.ceiling === undefined ? {} : { ceiling: of.ceiling }) };
      const row = { table: "mission", key: of.key };
      const spoken = aChange({
        add: [spent],
        put: [{ ...row, members: { [name]: of.delta } }],
        drop: of.drop ? [row] : [],
      });
      const drafts = [of.takeOver ? { ...spoken, takeOver: true as const } : spoken];
      const entries = chainEntries({ namespace: "acme", stream: name, head, unit: id, timeMs: TEST_TIME_MS, drafts });
      heads.set(name, headAfter(head, entries));
      return { stream: name, after: head.version, fence: head.fence, entries };
    });
    const { readStream } = of;
    const reads =
      readStream === undefined || of.streams.includes(readStream) ? [] : [{ stream: readStream, version: 0 }];
    const unit: Unit = { id, writes, reads, payloads: [] };
    return prepareUnit("acme", unit, [spokenProjection]);
  });
}

function afterwards(standing: Standing, plan: AppendPlan): Standing {
  const [rows, counters] = [new Map(standing.rows), new Map(standing.counters)];
  for (const [place, members] of plan.rows) {
    if (members === undefined) rows.delete(place);
    else rows.set(place, members);
  }
  for (const [counter, value] of plan.counters) {
    if (value === 0) counters.delete(counter);
    else counters.set(counter, value);
  }
  return {
    size: standing.size + plan.entries.length,
    heads: new Map([...standing.heads, ...plan.heads]),
    counters,
    rows,
    stored: standing.stored,
  };
}
