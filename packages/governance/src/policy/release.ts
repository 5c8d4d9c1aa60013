import type { Level, ToolRegistration } from "@aura/mission";
import { canonicalJson, hashText, type Brand, type Hash, type JsonObject, type JsonValue } from "@aura/trust";
import type { Authority } from "../authority/authority.ts";
import { readAuthority } from "../authority/check-authority.ts";
import type { Budget } from "../budget/budget.ts";
import { checkBudgets } from "../budget/check-budget.ts";
import { releaseInvalid } from "../governance-error.ts";
import { checkAgents } from "./check-agent.ts";
import { readRules } from "./check-rule.ts";
import { checkTools } from "./check-tool.ts";
import type { FactDeclaration } from "./fact.ts";
import { checkShape } from "./release-shape.ts";
import type { Rule } from "./rule.ts";

/** The canonical text of a release is kept in one payload. */
export const RELEASE_BYTES_MAX = 1_048_576;
/** Levels of objects and arrays in a release, the release itself being the first. */
export const RELEASE_DEPTH_MAX = 32;

export interface ReleaseAgent {
  readonly name: string;
  readonly version: string;
  /** The position that answers for it: an id, as soon as the release has positions. */
  readonly owner: string;
  /** No mission of this agent has a higher authority. */
  readonly authority: Level;
}

/** Format `aura-release-1`, published as `@aura/governance/release.schema.json`. */
export interface ReleaseDocument extends Authority {
  readonly format: "aura-release-1";
  readonly agents: readonly ReleaseAgent[];
  readonly tools: readonly ToolRegistration[];
  readonly facts?: readonly FactDeclaration[];
  readonly rules: readonly Rule[];
  readonly budgets?: readonly Budget[];
}

/** A release that was loaded: plain, frozen and free of contradictions. Made only by {@link parseRelease}. */
export type Release = Brand<ReleaseDocument, "Release">;

/**
 * Reads a release from JSON or from a plain object. What cannot be enforced does not load: the error names the member, the
 * rule's id and what to do. Refuses the whole document at its first fault, in the order shape, tools, agents, authority
 * graph, budgets, rules. Constraints come out written in full, so a release has one text and one digest however its author spelt them; idempotent.
 * @throws `governance/release_invalid`, `governance/name_taken`, `governance/name_unknown`, `governance/tool_invalid`,
 * `governance/authority_invalid`, `governance/budget_invalid`, `governance/rule_invalid`
 */
export function parseRelease(value: unknown): Release {
  const document = checkShape(JSON.parse(canonicalText(value)));
  checkTools(document);
  checkAgents(document);
  const authority = readAuthority(document);
  checkBudgets(document);
  return deepFreeze({ ...document, ...authority, rules: readRules(document) }) as Release;
}

/** The text that is committed to and stored: canonical JSON (RFC 8785). */
export function releaseText(release: Release): string {
  return canonicalJson(release as unknown as JsonObject);
}

/** SHA-256 over {@link releaseText}. O(release). */
export function releaseDigest(release: Release): Hash {
  return hashText(releaseText(release));
}

/** The copy that is read from here on: whatever getters or prototypes the value had stay behind. */
function canonicalText(value: unknown): string {
  if (isDeeperThan(value, RELEASE_DEPTH_MAX)) {
    throw releaseInvalid("", `It is nested deeper than ${RELEASE_DEPTH_MAX} levels.`, "Flatten its conditions.");
  }
  let text: string;
  try {
    text = canonicalJson(value as JsonValue);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "It holds what JSON cannot carry.";
    throw releaseInvalid("", why, "Use plain objects, arrays, text, numbers and booleans.", cause);
  }
  if (new TextEncoder().encode(text).length > RELEASE_BYTES_MAX) {
    throw releaseInvalid("", `It is larger than ${RELEASE_BYTES_MAX} bytes.`, "Use fewer or shorter rules.");
  }
  return text;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
