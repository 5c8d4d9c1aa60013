import type { ApprovalPool, ApprovalQuestion } from "@aura/mission";
import type { JsonObject } from "@aura/trust";
import { parseRelease, releaseDigest, resolveApprovers, type Release } from "../src/index.ts";
import { aCall, aDocument, aRegistration, aRule, aTool } from "./builders.ts";

/** `ana` the analyst owns the agent; above her `max` the manager, `hana` the head, and a board of five. */
export const PEOPLE = ["ana", "max", "hana", "b1", "b2", "b3", "b4", "b5", "cora", "dora"].map((id) => ({ id }));

export const POSITIONS = [
  { id: "analyst", level: "L1", reportsTo: "manager", holders: ["ana"] },
  {
    id: "manager",
    level: "L2",
    reportsTo: "head",
    holders: ["max"],
    grants: { pay: { payee: { wildcard: {} }, amount: { decimal: { max: "10000" } } } },
  },
  { id: "head", level: "L3", reportsTo: "board", holders: ["hana"] },
  { id: "board", level: "L4", holders: ["b1", "b2", "b3", "b4", "b5"], quorum: 3 },
];

/** The delegate of max may answer up to 5,000. */
export const DELEGATION = {
  id: "max-to-cora",
  from: "max",
  to: "cora",
  since: "2026-11-20T00:00:00Z",
  until: "2026-12-01T00:00:00Z",
  grants: { pay: { payee: { wildcard: {} }, amount: { decimal: { max: "5000" } } } },
};
export const ABSENCE = { person: "max", from: "2026-11-23T00:00:00+01:00", until: "2026-11-28T00:00:00+01:00" };

export const NOW_MS = Date.parse("2026-11-24T12:00:00Z");

export const ORGANISATION = {
  agents: [{ name: "refunds", version: "1", owner: "analyst", authority: "L2" }],
  tools: [aRegistration({ name: "pay", class: "irreversible", tags: ["money"] })],
  rules: [],
  people: PEOPLE,
  positions: POSITIONS,
  conflicts: [{ tools: ["pay"], argument: "payee" }],
};

export function anOrganisation(overrides: Record<string, unknown> = {}): Release {
  return parseRelease(aDocument({ ...ORGANISATION, ...overrides }));
}

/** The positions, one of them changed. */
export function positionsWith(id: string, overrides: Record<string, unknown>): unknown[] {
  return POSITIONS.map((position) => (position.id === id ? { ...position, ...overrides } : position));
}

export function aPayment(args: JsonObject = {}) {
  return aCall({ payee: "acme-supplies", amount: "800", ...args }, { call: aPayCall(args) });
}

function aPayCall(args: JsonObject) {
  const tool = aTool({ ...aRegistration({ name: "pay", class: "irreversible", tags: ["money"] }) });
  return { key: "1.1", tool, arguments: { payee: "acme-supplies", amount: "800", ...args } };
}

export function aQuestion(release: Release, overrides: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
  return {
    request: aPayment(),
    level: "L2",
    release: releaseDigest(release),
    nowMs: NOW_MS,
    excluded: [],
    ...overrides,
  };
}

/** Who may answer, at which position, and what was passed over: `max@manager`, `cora@manager by max-to-cora`, `manager ABSENT`. */
export function told(pool: ApprovalPool): { kind: string; who: readonly string[]; passed: readonly string[] } {
  const passed = pool.passed.map(({ position, reason }) => `${position} ${reason}`);
  if (pool.kind === "unreachable") return { kind: pool.reason, who: [], passed };
  const who = pool.seats.map(({ person, position, delegation }) =>
    delegation === null ? `${person}@${position}` : `${person}@${position} by ${delegation}`,
  );
  return { kind: `${pool.quorum} at ${pool.level}`, who, passed };
}

export function ask(overrides: Record<string, unknown>, question: Partial<ApprovalQuestion> = {}) {
  const release = anOrganisation(overrides);
  return told(resolveApprovers(release, aQuestion(release, question)));
}

/** Pays up to 1,000 by rule; above, the manager is asked. */
export const PAYMENT_RULES = [
  aRule({ id: "pay", match: { tools: ["pay"] } }),
  aRule({
    id: "large-payments",
    effect: "ESCALATE",
    level: "L2",
    match: { tools: ["pay"] },
    when: { not: { argument: "amount", is: { constraint_type: "decimal", max: "1000" } } },
  }),
];
