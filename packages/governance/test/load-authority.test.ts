import { describe, expect, it } from "vitest";
import { parseRelease, SCALE_MAX } from "../src/index.ts";
import {
  ABSENCE,
  anOrganisation,
  DELEGATION,
  ORGANISATION,
  PEOPLE,
  POSITIONS,
  positionsWith,
} from "./an-organisation.ts";
import { aDocument } from "./builders.ts";

const refusal = (overrides: Record<string, unknown>): unknown => {
  try {
    parseRelease(aDocument({ ...ORGANISATION, ...overrides }));
  } catch (error) {
    return error;
  }
  return undefined;
};
const delegation = (overrides: Record<string, unknown>) => ({ delegations: [{ ...DELEGATION, ...overrides }] });

describe("an authority graph does not load", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ["with two people of one id", { people: [...PEOPLE, PEOPLE[0]] }, "name_taken", /people\/10 \(ana\).*person "ana"/],
    [
      "with two positions of one id",
      { positions: [...POSITIONS, POSITIONS[0]] },
      "name_taken",
      /positions\/4 \(analyst\)/,
    ],
    [
      "with an unknown holder",
      { positions: positionsWith("head", { holders: ["hanna"] }) },
      "name_unknown",
      /positions\/2 \(head\)\/holders\/0.*Did you mean "hana"/,
    ],
    [
      "with an unknown position above",
      { positions: positionsWith("head", { reportsTo: "bord" }) },
      "name_unknown",
      /reportsTo.*Did you mean "board"/,
    ],
    [
      "with an agent whose owner is no position",
      { agents: [{ ...ORGANISATION.agents[0], owner: "analist" }] },
      "name_unknown",
      /agents\/0 \(refunds\)\/owner.*position "analist".*Did you mean "analyst"/,
    ],
    [
      "with a position above itself",
      { positions: positionsWith("board", { reportsTo: "board" }) },
      "authority_invalid",
      /board > board/,
    ],
    [
      "row 7: with a circle of positions",
      {
        positions: positionsWith("board", { level: "L4", reportsTo: "head" }).map((one) => ({
          ...(one as object),
          level: "L4",
        })),
      },
      "authority_invalid",
      /head > board > head/,
    ],
    [
      "with a level that falls upward",
      { positions: positionsWith("board", { level: "L2" }) },
      "authority_invalid",
      /level L3 reports to "board" of level L2/,
    ],
    [
      "with a quorum larger than its seats",
      { positions: positionsWith("board", { quorum: 6 }) },
      "authority_invalid",
      /asks for 6 persons and has 5/,
    ],
    ["with a quorum of nobody", { positions: positionsWith("board", { quorum: 0 }) }, "release_invalid", /quorum/],
    [
      "with a holder twice",
      { positions: positionsWith("board", { holders: ["b1", "b1"] }) },
      "release_invalid",
      /holders/,
    ],
    [
      "with a grant for an unknown tool",
      { positions: positionsWith("head", { grants: { paye: null } }) },
      "name_unknown",
      /grants\/paye.*Did you mean "pay"/,
    ],
    [
      "with a grant of nothing",
      { positions: positionsWith("head", { grants: { pay: {} } }) },
      "authority_invalid",
      /grants\/pay/,
    ],
    [
      "with a grant that is misspelt",
      { positions: positionsWith("head", { grants: { pay: { amount: { decimal: { mx: "1" } } } } }) },
      "authority_invalid",
      /grants\/pay/,
    ],
    [
      "with an absence of somebody unknown",
      { absences: [{ ...ABSENCE, person: "maks" }] },
      "name_unknown",
      /absences\/0\/person.*"max"/,
    ],
    [
      "with an absence that ends before it starts",
      { absences: [{ ...ABSENCE, until: ABSENCE.from }] },
      "authority_invalid",
      /absences\/0\/until/,
    ],
    [
      "with an absence from a day that is none",
      { absences: [{ ...ABSENCE, from: "2026-02-30T00:00:00Z" }] },
      "authority_invalid",
      /absences\/0\/from.*RFC 3339/,
    ],
    [
      "with an absence without an offset",
      { absences: [{ ...ABSENCE, from: "2026-11-23T00:00:00" }] },
      "release_invalid",
      /absences\/0\/from/,
    ],
    [
      "with an absence without an offset, however long",
      { absences: [{ ...ABSENCE, from: "2026-11-23T00:00:00.000" }] },
      "authority_invalid",
      /absences\/0\/from/,
    ],
    ["with two delegations of one id", { delegations: [DELEGATION, DELEGATION] }, "name_taken", /delegations\/1/],
    ["with a delegation to somebody unknown", delegation({ to: "kora" }), "name_unknown", /Did you mean "cora"/],
    ["with a delegation to oneself", delegation({ to: "max" }), "authority_invalid", /themselves/],
    [
      "with a delegation by somebody without a seat",
      delegation({ from: "dora" }),
      "authority_invalid",
      /holds no position/,
    ],
    ["with a delegation whose window is empty", delegation({ until: DELEGATION.since }), "authority_invalid", /until/],
    [
      "with a conflict about an unknown tool",
      { conflicts: [{ tools: ["pai"], argument: "payee" }] },
      "name_unknown",
      /conflicts\/0\/tools\/0.*"pay"/,
    ],
    [
      "with a person that nothing reads",
      { people: [...PEOPLE, { id: "zoe", email: "z@example.com" }] },
      "release_invalid",
      /"email"/,
    ],
    [
      "with an agent called compensator",
      { agents: [{ ...ORGANISATION.agents[0], name: "compensator" }] },
      "release_invalid",
      /agents\/0 \(compensator\)\/name/,
    ],
  ])("%s", (_, overrides, code, text) => {
    expect(refusal(overrides)).toMatchObject({
      code: `governance/${code}`,
      message: expect.stringMatching(text) as string,
    });
  });

  it("with delegations in a circle while their windows overlap, and does when they do not", () => {
    const circle = (lastSince: string) => ({
      delegations: [
        DELEGATION,
        { ...DELEGATION, id: "cora-to-hana", from: "cora", to: "hana" },
        { ...DELEGATION, id: "hana-to-max", from: "hana", to: "max", since: lastSince, until: "2027-01-01T00:00:00Z" },
      ],
      positions: [...POSITIONS, { id: "aside", level: "L1", holders: ["cora"] }],
    });
    expect(refusal(circle("2026-11-30T23:59:59Z"))).toMatchObject({
      code: "governance/authority_invalid",
      message: expect.stringMatching(
        /max > cora > hana > max|cora > hana > max > cora|hana > max > cora > hana/,
      ) as string,
    });
    expect(refusal(circle("2026-12-01T00:00:00Z"))).toBeUndefined();
  });
});

describe("an authority graph loads", () => {
  it("when people move round without a circle", () => {
    const delegations = [
      DELEGATION,
      { ...DELEGATION, id: "max-to-dora", to: "dora" },
      { ...DELEGATION, id: "hana-to-cora", from: "hana", to: "cora" },
    ];
    expect(refusal({ delegations })).toBeUndefined();
  });

  it("with its grants written in full, and reads itself back", () => {
    const release = anOrganisation();
    expect(release.positions?.[1]?.grants?.["pay"]).toEqual({
      payee: { constraint_type: "wildcard" },
      amount: { constraint_type: "decimal", max: "10000" },
    });
    expect(parseRelease(JSON.parse(JSON.stringify(release)))).toEqual(release);
  });

  it("frozen, and without members that were not written", () => {
    const release = parseRelease(aDocument());
    expect(Object.keys(release).toSorted()).toEqual(["agents", "format", "rules", "tools"]);
    expect(() => Object.assign(anOrganisation().positions?.[0] ?? {}, { level: "L4" })).toThrow(TypeError);
  });
});

describe("every list has a limit", () => {
  const many = <Item>(count: number, make: (index: number) => Item): readonly Item[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const people = many(10_001, (index) => ({ id: `p${index}` }));
  const seat = (overrides: Record<string, unknown>) => ({
    people,
    positions: [{ id: "analyst", level: "L1", ...overrides }],
  });
  const budget = { match: {}, measure: "calls", per: "agent", window: "total", ceilings: { L1: 1 } };
  const amounts = { match: { tools: ["pay"] }, measure: { argument: "amount", scale: 8 } };

  it.each<[string, number, (count: number) => Record<string, unknown>]>([
    ["people", 10_000, (count) => ({ people: [...PEOPLE, ...people].slice(0, count) })],
    ["aliases", 64, (count) => ({ people: [...PEOPLE, { id: "zoe", aliases: many(count, String) }] })],
    [
      "holders",
      256,
      (count) => ({ ...seat({ holders: people.slice(0, count).map(({ id }) => id) }), people: people.slice(0, 300) }),
    ],
    ["absences", 10_000, (count) => ({ absences: many(count, () => ABSENCE) })],
    ["delegations", 1_000, (count) => ({ delegations: many(count, (index) => ({ ...DELEGATION, id: `d${index}` })) })],
    ["conflicts", 1_000, (count) => ({ conflicts: many(count, () => ({ tools: ["pay"], argument: "payee" })) })],
    ["budgets", 1_000, (count) => ({ budgets: many(count, (index) => ({ ...budget, id: `b${index}` })) })],
    [
      "scale",
      SCALE_MAX,
      (count) => ({ budgets: [{ ...budget, ...amounts, id: "b", measure: { argument: "amount", scale: count } }] }),
    ],
  ])("%s: %i, and not one more", (_, limit, members) => {
    expect(refusal(members(limit))).toBeUndefined();
    expect(refusal(members(limit + 1))).toMatchObject({ code: "governance/release_invalid" });
  });
});
