import { canonicalJson, hashText, type JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { BUILT_IN_RULES, decide, releaseDigest, type Release, type Rule } from "../src/index.ts";
import { aCall, aMissionRequest, aRelease, aRule, aTool } from "./builders.ts";

const permitRefunds = aRule({ id: "refunds", match: { tools: ["refund"] } });
const denyLarge = aRule({
  id: "no-large-refunds",
  effect: "DENY",
  match: { tools: ["refund"] },
  when: { argument: "amount", is: { constraint_type: "range", min: 1_000, min_inclusive: false } },
});
const denyLargeText = aRule({
  ...denyLarge,
  when: { argument: "amount", is: { constraint_type: "decimal", min: "1000", min_inclusive: false } },
});

describe("permit the tool, deny above 1,000: whatever is broken is denied", () => {
  const release = aRelease([permitRefunds, denyLarge]);
  const inherited = Object.create({ amount: 5 }) as JsonObject;

  it.each([
    ["a number below", { amount: 5 }, "PERMIT"],
    ["the bound itself", { amount: 1_000 }, "PERMIT"],
    ["a number above", { amount: 5_000 }, "DENY"],
    ["a fraction above", { amount: 5000.5 }, "DENY"],
    ["absent", {}, "DENY"],
    ["the text 5000", { amount: "5000" }, "DENY"],
    ["the text 5", { amount: "5" }, "DENY"],
    ["the text 5,000", { amount: "5,000" }, "DENY"],
    ["the text NaN", { amount: "NaN" }, "DENY"],
    ["NaN", { amount: Number.NaN }, "DENY"],
    ["1e400", { amount: JSON.parse("1e400") as number }, "DENY"],
    ["minus 1e400", { amount: JSON.parse("-1e400") as number }, "DENY"],
    ["beyond exact integers", { amount: 2 ** 53 }, "DENY"],
    ["null", { amount: null }, "DENY"],
    ["true", { amount: true }, "DENY"],
    ["in a list", { amount: [5] }, "DENY"],
    ["nested", { amount: { value: 5 } }, "DENY"],
    ["undefined", { amount: undefined }, "DENY"],
    ["misspelt in the call", { amuont: 5 }, "DENY"],
    ["in __proto__", JSON.parse('{"__proto__":{"amount":5}}') as JsonObject, "DENY"],
    ["inherited", inherited, "DENY"],
    ["beside a __proto__", JSON.parse('{"amount":5,"__proto__":{"amount":9999}}') as JsonObject, "PERMIT"],
  ])("amount %s", (_, args, kind) => {
    expect(decide(release, aCall(args)).kind).toBe(kind);
  });

  it.each([
    ["5", "PERMIT"],
    ["1000.00", "PERMIT"],
    ["1000.01", "DENY"],
    ["5,000", "DENY"],
    ["5 000", "DENY"],
    ["1e1", "DENY"],
    ["٥", "DENY"],
    [5, "DENY"],
  ])("decimal amount %j", (amount, kind) => {
    expect(decide(aRelease([permitRefunds, denyLargeText]), aCall({ amount })).kind).toBe(kind);
  });

  it("an argument that the rule misspells is never known", () => {
    const misspelt = aRule({
      ...denyLarge,
      when: { argument: "amonut", is: { constraint_type: "range", min: 1_000 } },
    });
    const decision = decide(aRelease([permitRefunds, misspelt]), aCall({ amount: 5 }));
    expect(decision).toMatchObject({ kind: "DENY", rules: ["no-large-refunds"], unknown: ["arguments.amonut"] });
  });

  it.each(["constructor", "toString", "__proto__"])(
    "an argument named %s is there only if the call carries it",
    (name) => {
      const asks = aRelease([aRule({ when: { argument: name, present: true } })]);
      expect(decide(asks, aCall({})).kind).toBe("DENY");
      expect(decide(asks, aCall(JSON.parse(`{"${name}":1}`))).kind).toBe("PERMIT");
    },
  );

  it("says which argument was not known", () => {
    expect(decide(release, aCall({ amount: "5,000" }))).toMatchObject({
      kind: "DENY",
      rules: ["no-large-refunds"],
      unknown: ["arguments.amount"],
    });
  });
});

describe("unknown", () => {
  const small: Rule["when"] = { argument: "amount", is: { constraint_type: "range", max: 100 } };

  it("makes a PERMIT not match", () => {
    const decision = decide(aRelease([aRule({ when: small })]), aCall({}));
    expect(decision).toMatchObject({ kind: "DENY", rules: [], unknown: ["arguments.amount"] });
  });

  it("makes an ESCALATE match", () => {
    const rules = [permitRefunds, aRule({ id: "ask", effect: "ESCALATE", level: "L3", when: { not: small } })];
    expect(decide(aRelease(rules), aCall({}))).toMatchObject({ kind: "ESCALATE", level: "L3", rules: ["ask"] });
  });

  it("stays unknown under not", () => {
    expect(decide(aRelease([aRule({ when: { not: small } })]), aCall({})).kind).toBe("DENY");
  });

  it.each([
    [
      "all with a false part",
      { all: [small, { argument: "order", is: { constraint_type: "exact", value: "8" } }] },
      "PERMIT",
    ],
    [
      "all with a true part",
      { all: [small, { argument: "order", is: { constraint_type: "exact", value: "7" } }] },
      "DENY",
    ],
    [
      "any with a true part",
      { any: [small, { argument: "order", is: { constraint_type: "exact", value: "7" } }] },
      "DENY",
    ],
    [
      "any with a false part",
      { any: [small, { argument: "order", is: { constraint_type: "exact", value: "8" } }] },
      "DENY",
    ],
  ] satisfies [string, Rule["when"], string][])("of a DENY in %s", (_, when, kind) => {
    const rules = [permitRefunds, aRule({ id: "no", effect: "DENY", when })];
    const decision = decide(aRelease(rules), aCall({ order: "7" }));
    expect(decision.kind).toBe(kind);
    expect(decision.unknown).toEqual(["arguments.amount"]);
  });

  it("is asked of presence never", () => {
    const rules = [aRule({ when: { argument: "amount", present: false } })];
    expect(decide(aRelease(rules), aCall({}))).toMatchObject({ kind: "PERMIT", unknown: [] });
    expect(decide(aRelease(rules), aCall({ amount: null }))).toMatchObject({ kind: "DENY", unknown: [] });
  });
});

describe("facts", () => {
  const facts = [
    { name: "customer.tier", type: "text", source: "crm" },
    { name: "customer.orders", type: "integer", source: "crm" },
    { name: "customer.blocked", type: "boolean", source: "crm" },
    { name: "customer.labels", type: "list", source: "crm" },
  ];

  it.each([
    [{ fact: "customer.tier", equals: "gold" }, { "customer.tier": "gold" }, "PERMIT"],
    [{ fact: "customer.tier", equals: "gold" }, { "customer.tier": "Gold" }, "DENY"],
    [{ fact: "customer.tier", equals: "gold" }, { "customer.tier": 1 }, "unknown"],
    [{ fact: "customer.tier", in: ["gold", "silver"] }, { "customer.tier": "silver" }, "PERMIT"],
    [{ fact: "customer.tier", in: ["gold"] }, { "customer.tier": ["gold"] }, "unknown"],
    [{ fact: "customer.orders", min: 3 }, { "customer.orders": 3 }, "PERMIT"],
    [{ fact: "customer.orders", min: 3 }, { "customer.orders": 2 }, "DENY"],
    [{ fact: "customer.orders", min: 3 }, { "customer.orders": 3.5 }, "unknown"],
    [{ fact: "customer.orders", max: 3 }, { "customer.orders": 4 }, "DENY"],
    [{ fact: "customer.orders", max: 3 }, { "customer.orders": "3" }, "unknown"],
    [{ fact: "customer.orders", equals: 3 }, { "customer.orders": "3" }, "unknown"],
    [{ fact: "customer.blocked", equals: false }, { "customer.blocked": false }, "PERMIT"],
    [{ fact: "customer.blocked", equals: false }, { "customer.blocked": 0 }, "unknown"],
    [{ fact: "customer.labels", anyIn: ["a"] }, { "customer.labels": ["b", "a"] }, "PERMIT"],
    [{ fact: "customer.labels", anyIn: ["a"] }, { "customer.labels": [] }, "DENY"],
    [{ fact: "customer.labels", allIn: ["a"] }, { "customer.labels": ["a", "b"] }, "DENY"],
    [{ fact: "customer.labels", allIn: ["a"] }, { "customer.labels": ["a", 1] }, "unknown"],
    [{ fact: "customer.tier", equals: "gold" }, {}, "unknown"],
    [{ fact: "customer.tier", equals: "gold" }, JSON.parse('{"__proto__":{"customer.tier":"gold"}}'), "unknown"],
    [{ fact: "approval.level", reaches: "L2" }, { "approval.level": "L3" }, "PERMIT"],
    [{ fact: "approval.level", reaches: "L2" }, { "approval.level": "L1" }, "DENY"],
    [{ fact: "approval.level", reaches: "L2" }, { "approval.level": "L9" }, "unknown"],
    [{ fact: "refused.counter", present: true }, { "refused.counter": "spend" }, "PERMIT"],
    [{ fact: "refused.counter", present: true }, {}, "DENY"],
  ] as [Rule["when"] & object, JsonObject, string][])("%j of %j", (when, given, expected) => {
    const decision = decide(aRelease([aRule({ when })], { facts }), aCall({}, { facts: given }));
    expect(decision.kind).toBe(expected === "PERMIT" ? "PERMIT" : "DENY");
    expect(decision.unknown.length).toBe(expected === "unknown" ? 1 : 0);
  });

  it("of the request itself are read from the request, whatever the host adds", () => {
    const rules = [aRule({ when: { fact: "agent.custody", equals: "agent" } })];
    const facts = { "agent.custody": "agent" };
    expect(decide(aRelease(rules), aCall({}, { facts, agent: { id: "refunds", custody: "runtime" } })).kind).toBe(
      "DENY",
    );
    expect(decide(aRelease(rules), aCall({}, { facts })).kind).toBe("PERMIT");
  });
});

describe("matching", () => {
  it.each([
    [{ tools: ["refund"] }, "PERMIT"],
    [{ tools: ["find_order"] }, "DENY"],
    [{ classes: ["write"] }, "PERMIT"],
    [{ classes: ["read"] }, "DENY"],
    [{ tags: ["money"] }, "PERMIT"],
    [{ agents: ["refunds"] }, "PERMIT"],
    [{ agents: ["refunds"], classes: ["read"] }, "DENY"],
    [{}, "PERMIT"],
  ] as [Rule["match"], string][])("%j", (match, kind) => {
    expect(decide(aRelease([aRule({ match })]), aCall({})).kind).toBe(kind);
  });

  it("keeps questions about missions and about calls apart", () => {
    const release = aRelease([aRule({ id: "calls" }), aRule({ id: "missions", on: "mission" })]);
    expect(decide(release, aCall({})).rules).toEqual(["calls"]);
    expect(decide(release, aMissionRequest()).rules).toEqual(["missions"]);
    expect(decide(aRelease([aRule()]), aMissionRequest())).toMatchObject({ kind: "DENY", rules: [] });
  });

  it("asks about the tools of a mission", () => {
    const when: Rule["when"] = { fact: "mission.tools", allIn: ["find_order"] };
    const release = aRelease([aRule({ on: "mission", when })]);
    expect(decide(release, aMissionRequest()).kind).toBe("DENY");
    const { mission } = aMissionRequest();
    expect(decide(release, aMissionRequest({ mission: { ...mission, tools: ["find_order"] } })).kind).toBe("PERMIT");
  });
});

describe("built-in denials", () => {
  const release = aRelease([aRule({ id: "everything" }), aRule({ id: "every-mission", on: "mission" })]);
  const { mission } = aMissionRequest();

  it.each([
    ["release/agent_unknown", aCall({}, { agent: { id: "stranger", custody: "agent" } })],
    ["release/agent_unknown", aCall({}, { agent: { id: "constructor", custody: "agent" } })],
    ["release/authority_exceeded", aMissionRequest({ mission: { ...mission, authority: "L3" } })],
    ["release/tool_unknown", aCall({}, { call: { key: "1.1", tool: aTool({ name: "refunds" }), arguments: {} } })],
    ["request/malformed", { ...aMissionRequest(), kind: "call" } as const],
    ["request/malformed", { ...aCall({}), kind: "mission" } as const],
    ["request/malformed", aCall({ amount: Number.NaN })],
    ["request/malformed", aCall({ amount: 1n })],
  ])("%s", (rule, request) => {
    expect(decide(release, request)).toMatchObject({ kind: "DENY", rules: [rule] });
    expect(BUILT_IN_RULES).toHaveProperty([rule]);
  });
});

describe("a decision never throws", () => {
  it("denies by a rule that is broken, whatever its effect, and hears the others", () => {
    const broken = { ...aRule({ id: "broken" }), when: { argument: "amount", is: { constraint_type: "regex" } } };
    const release = { ...aRelease([]), rules: [broken, aRule({ id: "other" })] } as unknown as Release;
    expect(decide(release, aCall({ amount: 1 }))).toMatchObject({ kind: "DENY", rules: ["broken"] });
  });

  it("denies by a release that is broken", () => {
    for (const release of [null, undefined, {}, { rules: 1 }, { agents: [], tools: [], rules: [null] }]) {
      expect(decide(release as unknown as Release, aCall({}))).toMatchObject({
        kind: "DENY",
        rules: ["release/broken"],
      });
    }
  });

  it("denies a request that is no object or fights back", () => {
    const hostile = new Proxy(aCall({}), {
      get: () => {
        throw new Error("no");
      },
    });
    for (const request of [null, undefined, 7, hostile, { kind: "call" }]) {
      expect(decide(aRelease([aRule()]), request as never).kind).toBe("DENY");
    }
  });
});

describe("what a decision names", () => {
  it("every deciding rule, sorted, and none that did not decide", () => {
    const rules = ["c", "a", "b"].map((id) => aRule({ id, effect: "DENY" }));
    expect(decide(aRelease([...rules, permitRefunds]), aCall({})).rules).toEqual(["a", "b", "c"]);
  });

  it("the highest level asked for", () => {
    const rules = (["L2", "L4", "L3"] as const).map((level) =>
      aRule({ id: level.toLowerCase(), effect: "ESCALATE", level }),
    );
    expect(decide(aRelease(rules), aCall({}))).toMatchObject({
      kind: "ESCALATE",
      level: "L4",
      rules: ["l2", "l3", "l4"],
    });
  });

  it("the release by the digest of its canonical text", () => {
    const release = aRelease([aRule()]);
    expect(decide(release, aCall({})).release).toBe(releaseDigest(release));
    expect(releaseDigest(release)).toBe(hashText(canonicalJson(JSON.parse(JSON.stringify(release)))));
  });

  it("the request by all that rules can see, the tool by its digest", () => {
    const request = aCall({ amount: 5 });
    const { request: digest } = decide(aRelease([]), request);
    const { name, class: toolClass, tags, digest: toolDigest } = aTool();
    const tool = { name, class: toolClass, tags: [...tags], digest: toolDigest };
    const { mission, ...rest } = request;
    const visible = {
      ...rest,
      mission: { ...mission, tools: ["refund"] },
      call: { key: "1.1", tool, arguments: { amount: 5 } },
    };
    expect(digest).toBe(hashText(canonicalJson(visible)));
    expect(decide(aRelease([]), aCall({ amount: 6 })).request).not.toBe(digest);
  });
});
