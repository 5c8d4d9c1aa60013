import type { ApprovalPool, ApprovalQuestion } from "@aura/mission";
import { reaches } from "@aura/mission";
import { evaluateConstraints, isAuraError } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRelease, resolveApprovers, type Delegation, type Grants, type Release } from "../src/index.ts";
import { aPayment, aQuestion, ORGANISATION } from "./an-organisation.ts";
import { aDocument } from "./builders.ts";

const IDS = ["ann", "bob", "cat", "dan", "eve"];
const LEVELS = ["L1", "L2", "L3", "L4"] as const;
const SPOTS = ["p0", "p1", "p2", "p3"];
const person = fc.constantFrom(...IDS);

const grants = fc.record({ pay: fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }) }).map(({ pay }) => ({
  pay: pay === null ? null : { payee: { wildcard: {} }, amount: { decimal: { max: String(pay * 1_000) } } },
}));
/** A chain, each position at least as high as the one below, with whoever may sit there. */
const positions = fc
  .array(
    fc.record(
      {
        holders: fc.subarray(IDS, { minLength: 1 }),
        step: fc.nat({ max: 2 }),
        quorum: fc.integer({ min: 1, max: 3 }),
        grants,
      },
      { requiredKeys: ["holders", "step", "quorum"] },
    ),
    { minLength: SPOTS.length, maxLength: SPOTS.length },
  )
  .map((list) => {
    let rank = 0;
    return list.map(({ step, quorum, holders, ...rest }, index) => {
      rank = Math.min(rank + (index === 0 ? 0 : step), 3);
      const [above] = SPOTS.slice(index + 1);
      return {
        ...rest,
        id: SPOTS[index],
        level: LEVELS[rank],
        holders,
        ...(holders.length >= quorum ? { quorum } : {}),
        ...(above === undefined ? {} : { reportsTo: above }),
      };
    });
  });
const WINDOWS = [
  ["2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"],
  ["2026-11-24T12:00:00Z", "2026-11-24T12:00:01Z"],
  ["2026-11-20T00:00:00Z", "2026-11-24T12:00:00Z"],
] as const;
const window = fc.oneof({ weight: 3, arbitrary: fc.constant(WINDOWS[0]) }, fc.constantFrom(...WINDOWS));
/** Somebody is away, and somebody else stands in. */
const leave = fc.record(
  { person, to: person, away: window, window, grants },
  { requiredKeys: ["person", "to", "away", "window"] },
);
const graph = fc
  .record({
    people: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant({}) },
        fc.constant({ suspended: true }),
        fc.constant({ aliases: ["acme"] }),
      ),
      { minLength: IDS.length, maxLength: IDS.length },
    ),
    positions,
    leaves: fc.array(leave, { minLength: 1, maxLength: 5 }),
  })
  .map(({ people, positions, leaves }) => ({
    people: people.map((rest, index) => ({ id: IDS[index], ...rest })),
    positions,
    absences: leaves.map(({ person, away: [from, until] }) => ({ person, from, until })),
    delegations: leaves.map(({ person: from, to, window: [since, until], grants }, index) => {
      const base = { id: `d${index}`, from, to, since, until };
      return grants === undefined ? base : { ...base, grants };
    }),
  }));
const asked = fc.record({
  level: fc.constantFrom("L2" as const, "L3" as const, "L4" as const),
  excluded: fc.subarray(IDS, { maxLength: 1 }),
  payee: fc.constantFrom("acme", "ann", "Bob", "other"),
  amount: fc.constantFrom("0", "500", "2000", "5,000"),
});
type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never;
type Graph = typeof graph extends fc.Arbitrary<infer Value> ? Value : never;

function questionOf(release: Release, { level, excluded, payee, amount }: Asked): ApprovalQuestion {
  return aQuestion(release, { level, excluded, request: aPayment({ payee, amount }) });
}

/** A graph that does not load, for a circle of delegations, is not asked. */
function load(members: Graph): Release | undefined {
  const seated = new Set(members.positions.flatMap(({ holders }) => holders));
  const delegations = members.delegations.filter(({ from, to }) => from !== to && seated.has(from));
  try {
    return parseRelease(aDocument({ ...ORGANISATION, agents: [agent], ...members, delegations }));
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
const agent = { name: "refunds", version: "1", owner: "p0", authority: "L2" };

/** Runs a law over graphs that load; the generator gives enough of them. */
function lawOf(
  check: (release: Release, question: ApprovalQuestion, members: Graph, pool: ApprovalPool) => void,
): void {
  let loaded = 0;
  let pools = 0;
  let delegates = 0;
  fc.assert(
    fc.property(graph, asked, (members, given) => {
      const release = load(members);
      if (release === undefined) return;
      const question = questionOf(release, given);
      const pool = resolveApprovers(release, question);
      loaded += 1;
      if (pool.kind === "pool") {
        pools += 1;
        delegates += pool.seats.filter(({ delegation }) => delegation !== null).length;
      }
      check(release, question, members, pool);
    }),
    { numRuns: 500 },
  );
  expect(loaded).toBeGreaterThan(50);
  expect(pools).toBeGreaterThan(50);
  expect(delegates).toBeGreaterThan(5);
}

/** Whoever is out by the question, the payee, or a suspension, in words that share nothing with the code. */
function outsiders(release: Release, { request, excluded }: ApprovalQuestion): readonly string[] {
  const payee = JSON.stringify(request.call?.arguments["payee"]).slice(1, -1).toLowerCase();
  const named = (release.people ?? []).filter(({ id, aliases }) => id === payee || aliases?.includes(payee) === true);
  return [...excluded, ...named.map(({ id }) => id)];
}

function acceptedBy(grants: Grants | undefined, { request }: ApprovalQuestion): boolean {
  return grants === undefined || evaluateConstraints(grants["pay"] ?? null, request.call?.arguments ?? {}) === true;
}

describe("whoever is in the graph", () => {
  it("no pool has a conflicted person, nor somebody who stands in for one, nor a suspended one", () => {
    lawOf((release, question, _, pool) => {
      if (pool.kind === "unreachable") return;
      const out = outsiders(release, question);
      const delegators = new Map((release.delegations ?? []).map(({ id, from }) => [id, from]));
      for (const { person, delegation } of pool.seats) {
        expect(out).not.toContain(person);
        expect(out).not.toContain(delegators.get(delegation ?? ""));
        expect(release.people?.find(({ id }) => id === person)?.suspended).toBeUndefined();
      }
    });
  });

  it("a pool has its quorum of persons, each once, at a position that reaches the level and covers the call", () => {
    lawOf((release, question, _, pool) => {
      if (pool.kind === "unreachable") return;
      const persons = pool.seats.map(({ person }) => person);
      expect(persons).toEqual([...new Set(persons)].toSorted());
      expect(persons.length).toBeGreaterThanOrEqual(pool.quorum);
      for (const seat of pool.seats) {
        const position = release.positions?.find(({ id }) => id === seat.position);
        expect(reaches(seat.level, question.level)).toBe(true);
        expect(position?.level).toBe(seat.level);
        expect(acceptedBy(position?.grants, question)).toBe(true);
      }
    });
  });

  it("a delegation never raises a limit: a delegate sits only where seat and delegation both cover the call", () => {
    lawOf((release, question, members, pool) => {
      if (pool.kind === "unreachable") return;
      const given = new Map<string, Delegation>((release.delegations ?? []).map((one) => [one.id, one]));
      for (const { delegation } of pool.seats) {
        if (delegation !== null) expect(acceptedBy(given.get(delegation)?.grants, question)).toBe(true);
      }
      const without = load({ ...members, delegations: [] });
      if (without === undefined) return;
      const before = resolveApprovers(without, question);
      // With more delegations the walk ends no higher: nobody above was given anything.
      if (before.kind === "pool") expect(pool.passed.length).toBeLessThanOrEqual(before.passed.length);
    });
  });

  it("the order of people, positions, holders, absences and delegations does not matter", () => {
    lawOf((_, question, members, pool) => {
      const turned = load({
        people: members.people.toReversed(),
        positions: members.positions
          .map((position) => ({ ...position, holders: position.holders.toReversed() }))
          .toReversed(),
        absences: members.absences.toReversed(),
        delegations: members.delegations.toReversed(),
      });
      expect(turned === undefined ? undefined : resolveApprovers(turned, question)).toEqual(pool);
    });
  });

  it("excluding one more person never brings in somebody at a lower position", () => {
    lawOf((release, question, _, pool) => {
      for (const person of IDS) {
        const fewer = resolveApprovers(release, { ...question, excluded: [...question.excluded, person] });
        if (pool.kind === "unreachable") expect(fewer.kind).toBe("unreachable");
        else expect(fewer.passed.length).toBeGreaterThanOrEqual(pool.passed.length);
      }
    });
  });
});
