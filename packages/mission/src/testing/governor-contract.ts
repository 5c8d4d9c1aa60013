import type { Hash, JsonObject } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import { expect, it } from "vitest";
import type { DecisionRequest, Governor } from "../index.ts";
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
    aDecisionRequest({ facts: { "refused.counter": "budget/calls" } }),
  ];

  it.each(requests)(`${name}: answers the same bytes to the same request`, (request) => {
    const governor = open();
    const [one, other] = [governor.decide(request, governor.current()), governor.decide(request, governor.current())];
    expect(canonicalJson(one as unknown as JsonObject)).toBe(canonicalJson(other as unknown as JsonObject));
    expect(one.request).toBe(hashText(canonicalJson(request as unknown as JsonObject)));
  });

  it.each(requests)(`${name}: names the rules that decided and the facts that were missing, sorted`, (request) => {
    const governor = open();
    const { kind, level, rules, unknown } = governor.decide(request, governor.current());
    expect(["PERMIT", "DENY", "ESCALATE"]).toContain(kind);
    expect(level !== undefined).toBe(kind === "ESCALATE");
    for (const names of [rules, unknown]) expect(names).toEqual([...new Set(names)].toSorted());
    if (kind === "PERMIT") expect(rules).not.toEqual([]);
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
}
