import type { Hash, JsonObject } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import { expect, it } from "vitest";
import type { ApprovalPool, ApprovalQuestion, DecisionRequest, Governor } from "../index.ts";
import { aTool } from "./fakes.ts";

/** A request as `performCall` makes it. */
export function aDecisionRequest(override: Partial<DecisionRequest> = {}): DecisionRequest {
  return {
    kind: "call",
    namespace: "acme",
    agent: { id: "invoice-clerk", custody: "runtime" },
    mission: {
      id: "01936f3e-0000-7000-8000-000000000001",
      objectiveDigest: hashText("Sum the invoices."),
      authority: "L1",
      tools: ["read_note"],
    },
    call: { key: "1.1", tool: aTool(), arguments: { path: "invoices.txt" } },
    facts: {},
    ...override,
  };
}

/** What `performCall` and the mission commands rely on, whoever decides. `open` gives one that knows its current release. */
export function governorContract(name: string, open: () => Governor): void {
  const requests: readonly DecisionRequest[] = [
    aDecisionRequest(),
    aDecisionRequest({ kind: "mission" }),
    aDecisionRequest({ call: { key: "1.1", tool: aTool({ name: "never_heard_of" }), arguments: {} } }),
    aDecisionRequest({ facts: { "refused.counter": "budget/calls/acme/day", "refused.budget": "calls" } }),
    aDecisionRequest({ facts: { "approval.level": "L4", "time.day": "2026-11-24" } }),
  ];

  it.each(requests)(`${name}: answers the same bytes to the same request`, (request) => {
    const governor = open();
    const [one, other] = [governor.decide(request, governor.current()), governor.decide(request, governor.current())];
    expect(canonicalJson(one as unknown as JsonObject)).toBe(canonicalJson(other as unknown as JsonObject));
    // What stands in the digest of a request is the implementation's to say; the same request has the same one.
    expect(one.request).toBe(other.request);
  });

  it.each(requests)(`${name}: names the rules that decided and the facts that were missing, sorted`, (request) => {
    const governor = open();
    const { kind, level, rules, unknown, reservations } = governor.decide(request, governor.current());
    expect(["PERMIT", "DENY", "ESCALATE"]).toContain(kind);
    expect(level !== undefined).toBe(kind === "ESCALATE");
    for (const names of [rules, unknown]) expect(names).toEqual([...new Set(names)].toSorted());
    if (kind === "PERMIT") expect(rules).not.toEqual([]);
    if (kind !== "PERMIT") expect(reservations ?? []).toEqual([]);
    for (const { counter, delta, ceiling } of reservations ?? []) {
      expect(counter).toMatch(/^budget(?:\/[!-~]+){1,3}$/);
      expect([delta, ceiling].every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
    }
  });

  it(`${name}: denies under a release that it does not know`, () => {
    const decision = open().decide(aDecisionRequest(), hashText("no such release"));
    expect(decision).toMatchObject({ kind: "DENY", rules: ["release/unknown"] });
  });

  it(`${name}: answers whatever it is asked, and never throws`, () => {
    const governor = open();
    const tool = { ...aTool(), digest: "not a digest" as Hash, tags: ["x"] };
    const strange = aDecisionRequest({
      call: { key: "", tool, arguments: { "": [null, { deep: [[[]]] }] } },
      facts: { a: null },
    });
    expect(() => governor.decide(strange, "" as Hash)).not.toThrow();
  });

  it.each(QUESTIONS)(`${name}: answers the same pool to the same question, each person counted once`, (question) => {
    const governor = open();
    const asked = question(governor.current());
    const [one, other] = [governor.resolve(asked), governor.resolve(asked)];
    expect(one).toEqual(other);
    requireSoundPool(one, asked);
  });

  it(`${name}: never seats whom the question excludes`, () => {
    const governor = open();
    const asked = aQuestion(governor.current());
    const before = governor.resolve(asked);
    const excluded = before.kind === "pool" ? before.seats.map(({ person }) => person) : [];
    requireSoundPool(governor.resolve({ ...asked, excluded }), { ...asked, excluded });
  });

  it(`${name}: can reach nobody under a release that it does not know`, () => {
    expect(open().resolve(aQuestion(hashText("no such release")))).toMatchObject({ kind: "unreachable" });
  });

  it(`${name}: says why a rule stands there, in the order asked, and "" for one that is not known`, () => {
    const governor = open();
    const { rules } = governor.decide(aDecisionRequest(), governor.current());
    const reasons = governor.reasons(rules, governor.current());
    expect(reasons.map(({ rule }) => rule)).toEqual(rules);
    expect(governor.reasons(["a", "b"], hashText("no such release"))).toEqual([
      { rule: "a", reason: "" },
      { rule: "b", reason: "" },
    ]);
  });
}

/** A question as `castVote` asks it. */
function aQuestion(release: Hash, override: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
  return { request: aDecisionRequest(), level: "L2", release, nowMs: 0, excluded: ["owner-1"], ...override };
}

const QUESTIONS: readonly ((release: Hash) => ApprovalQuestion)[] = [
  (release) => aQuestion(release),
  (release) => aQuestion(release, { level: "L4" }),
  (release) => aQuestion(release, { request: aDecisionRequest({ kind: "mission" }) }),
];

function requireSoundPool(pool: ApprovalPool, { level, excluded }: ApprovalQuestion): void {
  if (pool.kind === "unreachable") return;
  const persons = pool.seats.map(({ person }) => person);
  expect(persons).toEqual([...new Set(persons)]);
  expect(persons.filter((person) => excluded.includes(person))).toEqual([]);
  expect(pool.quorum).toBeGreaterThanOrEqual(1);
  expect(persons.length).toBeGreaterThanOrEqual(pool.quorum);
  expect(pool.level >= level).toBe(true);
}
