import { describe, expect, it } from "vitest";
import { decide, FIRST_APPROVERS, resolveApprovers, type Release } from "../src/index.ts";
import {
  ABSENCE,
  anOrganisation,
  aPayment,
  aQuestion,
  ask,
  DELEGATION,
  ORGANISATION,
  PAYMENT_RULES,
  PEOPLE,
  POSITIONS,
  positionsWith,
  told,
} from "./an-organisation.ts";
import { aCall, aMissionRequest, aRegistration, aRelease, aRule, aTool } from "./builders.ts";

const BUDGET = {
  id: "payments-a-day",
  match: { tools: ["pay"] },
  measure: { argument: "amount", scale: 2 },
  per: "agent",
  window: "day",
  ceilings: { L1: "1500", L2: "20000" },
};
const today = (request: ReturnType<typeof aPayment>) => ({ ...request, facts: { "time.day": "2026-11-24" } });

describe("worked examples", () => {
  it("row 1: an agent of the analyst pays 800 under its own limit, and 800 are reserved", () => {
    const release = anOrganisation({ rules: PAYMENT_RULES, budgets: [BUDGET] });
    expect(decide(release, today(aPayment({ amount: "800" })))).toMatchObject({
      kind: "PERMIT",
      rules: ["pay"],
      reservations: [{ counter: "budget/payments-a-day/refunds/2026-11-24", delta: 80_000, ceiling: 150_000 }],
    });
  });

  it("row 2: 800 again is refused by the day's ceiling, and the owner's manager is asked", () => {
    const release = anOrganisation({ rules: PAYMENT_RULES, budgets: [BUDGET] });
    const request = today(aPayment({ amount: "800" }));
    const refused = { ...request, facts: { ...request.facts, "refused.budget": "payments-a-day" } };
    const decision = decide(release, refused);
    expect(decision).toMatchObject({ kind: "ESCALATE", level: "L2", rules: ["budget/payments-a-day"] });
    expect(decision.reservations).toBeUndefined();
    expect(ask({}, { request: refused, level: "L2" })).toEqual({
      kind: "1 at L2",
      who: ["max@manager"],
      passed: ["analyst LEVEL_TOO_LOW"],
    });
    const approved = { ...request, facts: { ...request.facts, "approval.level": "L2" } };
    expect(decide(release, approved)).toMatchObject({ kind: "PERMIT", reservations: [{ ceiling: 2_000_000 }] });
  });

  it("row 3: a manager who created the mission does not approve it; the next seat up does", () => {
    expect(ask({}, { excluded: ["max"] })).toEqual({
      kind: "1 at L3",
      who: ["hana@head"],
      passed: ["analyst LEVEL_TOO_LOW", "manager CONFLICT"],
    });
  });

  it("row 4: the delegate of an absent manager answers for the smaller of both limits only", () => {
    const onLeave = { absences: [ABSENCE], delegations: [DELEGATION] };
    expect(ask(onLeave, { request: aPayment({ amount: "5000" }) }).who).toEqual(["cora@manager by max-to-cora"]);
    expect(ask(onLeave, { request: aPayment({ amount: "7000" }) })).toEqual({
      kind: "1 at L3",
      who: ["hana@head"],
      passed: ["analyst LEVEL_TOO_LOW", "manager LIMIT_TOO_LOW"],
    });
    const wider = { ...DELEGATION, grants: { pay: null } };
    expect(ask({ ...onLeave, delegations: [wider] }, { request: aPayment({ amount: "10001" }) }).who).toEqual([
      "hana@head",
    ]);
  });

  it("row 5: a delegate who is the payee is out, though validly delegated", () => {
    const people = PEOPLE.map((person) => (person.id === "cora" ? { ...person, aliases: ["Cora Supplies"] } : person));
    const onLeave = { people, absences: [ABSENCE], delegations: [DELEGATION] };
    for (const payee of ["cora", "CORA", "cora supplies", "  CoraSupplies", ["acme", { id: "cora" }]]) {
      expect(ask(onLeave, { request: aPayment({ payee }) })).toMatchObject({
        who: ["hana@head"],
        passed: ["analyst LEVEL_TOO_LOW", "manager CONFLICT"],
      });
    }
  });

  it("row 6: a vacant seat is skipped upward, never sideways or down", () => {
    expect(ask({ positions: positionsWith("manager", { holders: [] }) })).toEqual({
      kind: "1 at L3",
      who: ["hana@head"],
      passed: ["analyst LEVEL_TOO_LOW", "manager VACANT"],
    });
  });

  it("row 7: positions that report to each other are a cycle when met at run time, and answer nobody", () => {
    const looped = { ...anOrganisation(), positions: positionsWith("head", { level: "L1", reportsTo: "manager" }) };
    expect(told(resolveApprovers(looped as unknown as Release, aQuestion(anOrganisation(), { level: "L3" })))).toEqual({
      kind: "GRAPH_CYCLE",
      who: [],
      passed: ["analyst LEVEL_TOO_LOW", "manager LEVEL_TOO_LOW", "head LEVEL_TOO_LOW"],
    });
  });

  it("row 8: a board of three out of five bears two conflicts, and a third is unreachable at once", () => {
    expect(ask({}, { level: "L4", excluded: ["b1", "b2"] })).toMatchObject({
      kind: "3 at L4",
      who: ["b3@board", "b4@board", "b5@board"],
    });
    expect(ask({}, { level: "L4", excluded: ["b1", "b2", "b3"] })).toMatchObject({
      kind: "QUORUM_UNREACHABLE",
      passed: ["analyst LEVEL_TOO_LOW", "manager LEVEL_TOO_LOW", "head LEVEL_TOO_LOW", "board QUORUM_TOO_SMALL"],
    });
  });

  it("row 9: a suspended person is out, in the release that is asked and by the one in force", () => {
    const people = PEOPLE.map((person) => (person.id === "max" ? { ...person, suspended: true } : person));
    expect(ask({ people })).toMatchObject({ who: ["hana@head"], passed: ["analyst LEVEL_TOO_LOW", "manager VACANT"] });
  });

  it("row 11: one person on two seats of a body counts once", () => {
    const positions = positionsWith("board", { holders: ["b1", "b2", "b3"], quorum: 3 });
    const absences = [{ ...ABSENCE, person: "b3" }];
    const { grants: _, ...ungranted } = DELEGATION;
    const delegations = [{ ...ungranted, from: "b3", to: "b1" }];
    expect(ask({ positions, absences, delegations }, { level: "L4" }).kind).toBe("QUORUM_UNREACHABLE");
    const smaller = positionsWith("board", { holders: ["b1", "b2", "b3"], quorum: 2 });
    expect(ask({ positions: smaller, absences, delegations }, { level: "L4" }).who).toEqual(["b1@board", "b2@board"]);
  });

  it("row 12: other arguments are another request", () => {
    const release = anOrganisation({ rules: PAYMENT_RULES });
    const [one, other] = ["7000", "7001"].map((amount) => decide(release, aPayment({ amount })));
    expect(one?.kind).toBe("ESCALATE");
    expect(one?.request).not.toBe(other?.request);
  });

  it("row 14: of two delegates for one absence one sits, so a seat counts once", () => {
    const delegations = [DELEGATION, { ...DELEGATION, id: "a-first", to: "dora" }];
    expect(ask({ absences: [ABSENCE], delegations }).who).toEqual(["dora@manager by a-first"]);
    expect(ask({ absences: [ABSENCE], delegations }, { excluded: ["dora"] }).who).toEqual([
      "cora@manager by max-to-cora",
    ]);
  });
});

describe("who may answer", () => {
  it("is the owner's own position if that reaches the level", () => {
    expect(ask({ agents: [{ ...ORGANISATION.agents[0], owner: "head" }] })).toEqual({
      kind: "1 at L3",
      who: ["hana@head"],
      passed: [],
    });
  });

  it("is nobody below a limit that the call is over, or that cannot be judged", () => {
    for (const amount of ["10000.01", "5,000", 7, null, "1e3"]) {
      expect(ask({}, { request: aPayment({ amount }) })).toMatchObject({
        who: ["hana@head"],
        passed: ["analyst LEVEL_TOO_LOW", "manager LIMIT_TOO_LOW"],
      });
    }
  });

  it("is nobody by a grant for another tool, or for an argument that is not granted", () => {
    const other = aTool({ ...aRegistration({ name: "refund" }), name: "refund" });
    const request = aCall({}, { call: { key: "1.1", tool: other, arguments: {} } });
    expect(ask({}, { request }).who).toEqual(["hana@head"]);
    expect(ask({}, { request: aPayment({ note: "quickly" }) }).who).toEqual(["hana@head"]);
  });

  it("is a holder who is not absent, whatever delegations they gave", () => {
    expect(ask({ delegations: [DELEGATION] }).who).toEqual(["max@manager"]);
  });

  it("is nobody for an absent holder without a delegate, or whose delegation is over or has not begun", () => {
    const passed = ["analyst LEVEL_TOO_LOW", "manager ABSENT"];
    expect(ask({ absences: [ABSENCE] })).toMatchObject({ who: ["hana@head"], passed });
    for (const window of [
      { since: "2026-11-20T00:00:00Z", until: "2026-11-24T12:00:00Z" },
      { since: "2026-11-24T12:00:00.001Z", until: "2026-12-01T00:00:00Z" },
    ]) {
      const delegations = [{ ...DELEGATION, ...window }];
      expect(ask({ absences: [ABSENCE], delegations })).toMatchObject({ who: ["hana@head"], passed });
    }
  });

  it("is a delegate from the first instant of both windows on", () => {
    const from = "2026-11-24T13:00:00+01:00";
    const delegations = [{ ...DELEGATION, since: from }];
    expect(ask({ absences: [{ ...ABSENCE, from }], delegations }).who).toEqual(["cora@manager by max-to-cora"]);
  });

  it("is never the delegate of a delegate", () => {
    const absences = [ABSENCE, { ...ABSENCE, person: "cora" }];
    const positions = [...POSITIONS, { id: "aside", level: "L1", holders: ["cora"] }];
    const delegations = [DELEGATION, { ...DELEGATION, id: "cora-to-dora", from: "cora", to: "dora" }];
    expect(ask({ positions, absences, delegations })).toMatchObject({
      who: ["hana@head"],
      passed: ["analyst LEVEL_TOO_LOW", "manager ABSENT"],
    });
  });

  it("is no delegate of a person who may not answer themselves", () => {
    const onLeave = { absences: [ABSENCE], delegations: [DELEGATION] };
    expect(ask(onLeave, { excluded: ["max"] })).toMatchObject({ who: ["hana@head"] });
    expect(ask(onLeave, { request: aPayment({ payee: "max" }) })).toMatchObject({ who: ["hana@head"] });
  });

  it("looks at conflicts of the call's own tool only", () => {
    const tools = [...ORGANISATION.tools, aRegistration({ name: "refund", class: "irreversible" })];
    const conflicts = [{ tools: ["refund"], argument: "payee" }];
    expect(ask({ tools, conflicts }, { request: aPayment({ payee: "max" }) }).who).toEqual(["max@manager"]);
  });

  it("of a mission as a whole is nobody whose grants limit any of its tools", () => {
    const request = aMissionRequest({ mission: { ...aMissionRequest().mission, tools: ["pay"] } });
    expect(ask({}, { request })).toMatchObject({
      who: ["hana@head"],
      passed: expect.arrayContaining(["manager LIMIT_TOO_LOW"]) as unknown,
    });
    const positions = positionsWith("manager", { grants: { pay: null } });
    expect(ask({ positions }, { request }).who).toEqual(["max@manager"]);
    const more = aMissionRequest({ mission: { ...aMissionRequest().mission, tools: ["pay", "refund"] } });
    expect(ask({ positions }, { request: more }).who).toEqual(["hana@head"]);
  });

  it("is nobody for an agent that is not in the release", () => {
    const request = { ...aPayment(), agent: { id: "stranger", custody: "agent" as const } };
    expect(ask({}, { request })).toEqual({ kind: "NO_OWNER", who: [], passed: [] });
  });

  it("for the compensator is asked from the position that owns the agent whose work it undoes", () => {
    const agents = [
      { name: "refunds", version: "1", owner: "analyst", authority: "L2" },
      { name: "stock", version: "1", owner: "head", authority: "L2" },
    ];
    const undoOf = (agent: unknown) => ({
      ...aPayment(),
      agent: { id: "compensator", custody: "runtime" as const },
      facts: { "compensation.of": "pay", "compensation.agent": agent as string },
    });
    expect(ask({ agents }, { request: undoOf("refunds") }).who).toEqual(["max@manager"]);
    expect(ask({ agents }, { request: undoOf("stock") }).who).toEqual(["hana@head"]);
    // An agent that the release no longer has: the nearest position that answers for all of them.
    for (const gone of ["gone", "compensator", "constructor", 7]) {
      expect(ask({ agents }, { request: undoOf(gone) }).who).toEqual(["hana@head"]);
    }
    // The fact is the compensator's alone.
    const forged = { ...undoOf("stock"), agent: aPayment().agent };
    expect(ask({ agents }, { request: forged }).who).toEqual(["max@manager"]);
  });

  it("for the compensator is asked from the nearest position that all owners report to", () => {
    const request = { ...aPayment(), agent: { id: "compensator", custody: "runtime" as const } };
    expect(ask({}, { request }).who).toEqual(["max@manager"]);
    const agents = [...ORGANISATION.agents, { name: "audit", version: "1", owner: "head", authority: "L1" }];
    expect(ask({ agents }, { request }).who).toEqual(["hana@head"]);
    const positions = [...POSITIONS, { id: "island", level: "L4", holders: ["dora"] }];
    const apart = [...ORGANISATION.agents, { name: "audit", version: "1", owner: "island", authority: "L1" }];
    expect(ask({ positions, agents: apart }, { request }).kind).toBe("NO_OWNER");
  });
});

describe("before a release seats people", () => {
  const release = aRelease([aRule()]);
  const first = (firstApprovers: readonly string[], excluded: readonly string[] = []) =>
    resolveApprovers(release, aQuestion(release, { level: "L4", excluded }), { firstApprovers });

  it("the founding's approvers hold every level", () => {
    expect(first(["zoe", "adam", "zoe"])).toEqual({
      kind: "pool",
      level: "L4",
      quorum: 1,
      seats: ["adam", "zoe"].map((person) => ({ person, position: FIRST_APPROVERS, level: "L4", delegation: null })),
      passed: [],
    });
  });

  it("they are bound by conflicts like everybody else", () => {
    expect(told(first(["zoe", "adam"], ["zoe"])).who).toEqual([`adam@${FIRST_APPROVERS}`]);
    expect(told(first(["zoe"], ["zoe"]))).toMatchObject({
      kind: "QUORUM_UNREACHABLE",
      passed: [`${FIRST_APPROVERS} CONFLICT`],
    });
  });

  it("and without any nobody can answer", () => {
    expect(told(first([])).kind).toBe("NO_OWNER");
  });

  it("they hold nothing any more once a position has a holder", () => {
    const seated = anOrganisation();
    const question = aQuestion(seated, { level: "L4", excluded: ["b1", "b2", "b3"] });
    expect(resolveApprovers(seated, question, { firstApprovers: ["zoe"] }).kind).toBe("unreachable");
  });
});
