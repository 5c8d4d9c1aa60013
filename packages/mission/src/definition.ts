import type { Constraints, JsonObject } from "@aura/trust";
import { parseConstraints } from "@aura/trust";
import type { ErrorObject } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  DEFINITION_SCHEMA,
  DEFINITION_TOOLS_MAX,
  OBJECTIVE_BYTES_MAX,
  TIMEOUT_MS_MAX,
  TIMEOUT_MS_MIN,
} from "./definition-schema.ts";
import { findDurationMs } from "./duration.ts";
import type { Level } from "./level.ts";
import { linearTimePattern } from "./linear-time-pattern.ts";
import type { MissionError } from "./mission-error.ts";
import { definitionInvalid } from "./mission-error.ts";

export interface DefinedTool {
  readonly name: string;
  /** `null` when the definition sets no limits. */
  readonly constraints: Constraints | null;
}

/** What is delegated, parsed: tools sorted by name, the timeout in milliseconds. */
export interface MissionDefinition {
  readonly objective: string;
  readonly tools: readonly DefinedTool[];
  readonly authority: Level;
  readonly timeoutMs: number;
}

const matchesSchema = new Ajv2020({ strict: true, allErrors: false, code: { regExp: linearTimePattern } }).compile<{
  readonly objective: string;
  readonly tools: readonly (string | { readonly name: string; readonly constraints?: JsonObject })[];
  readonly authority: Level;
  readonly timeout: string | number;
}>(DEFINITION_SCHEMA);

/**
 * Parses a definition as people write it. Nothing is coerced, nothing is filled in.
 * @throws `mission/definition_invalid`, naming the member and what to write instead
 */
export function parseDefinition(value: unknown): MissionDefinition {
  if (!matchesSchema(value)) throw schemaProblem(matchesSchema.errors ?? []);
  const bytes = new TextEncoder().encode(value.objective).length;
  if (bytes > OBJECTIVE_BYTES_MAX) {
    throw definitionInvalid("/objective", `has ${bytes} bytes`, `Shorten it to ${OBJECTIVE_BYTES_MAX} bytes of UTF-8.`);
  }
  if (!value.objective.isWellFormed()) {
    throw definitionInvalid("/objective", "holds a lone surrogate", "Write well-formed Unicode.");
  }
  return {
    objective: value.objective,
    tools: parseTools(value.tools),
    authority: value.authority,
    timeoutMs: parseTimeout(value.timeout),
  };
}

function parseTools(
  tools: readonly (string | { readonly name: string; readonly constraints?: JsonObject })[],
): readonly DefinedTool[] {
  const seen = new Map<string, DefinedTool>();
  for (const [index, tool] of tools.entries()) {
    const name = typeof tool === "string" ? tool : tool.name;
    if (seen.has(name)) {
      throw definitionInvalid(`/tools/${index}`, `names "${name}" a second time`, "Name each tool once.");
    }
    const constraints = typeof tool === "string" ? undefined : tool.constraints;
    seen.set(name, { name, constraints: constraints === undefined ? null : parseLimits(constraints, index) });
  }
  return [...seen.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function parseLimits(constraints: JsonObject, index: number): Constraints {
  try {
    return parseConstraints(constraints);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw definitionInvalid(
      `/tools/${index}/constraints`,
      `is not understood (${problem})`,
      "Correct the constraint.",
      error,
    );
  }
}

function parseTimeout(timeout: string | number): number {
  const timeoutMs = typeof timeout === "number" ? timeout : findDurationMs(timeout);
  if (timeoutMs === undefined) {
    throw definitionInvalid(
      "/timeout",
      "is not a duration",
      'Write milliseconds, or an ISO 8601 duration such as "PT10M" or "P2D".',
    );
  }
  if (timeoutMs < TIMEOUT_MS_MIN || timeoutMs > TIMEOUT_MS_MAX) {
    throw definitionInvalid("/timeout", `is ${timeoutMs} ms`, "Choose 1 second to 365 days.");
  }
  return timeoutMs;
}

function schemaProblem(errors: readonly ErrorObject[]): MissionError {
  // A union reports what each of its branches misses, and itself last: an unknown member says more than the union does.
  const error = errors.find(({ keyword }) => keyword === "additionalProperties") ?? errors.at(-1);
  if (error === undefined)
    return definitionInvalid("", "does not match its schema", "See schemas/definition.schema.json.");
  const at = error.instancePath;
  switch (error.keyword) {
    case "required":
      return definitionInvalid(
        `${at}/${String(error.params["missingProperty"])}`,
        "is missing",
        "Give all four members: objective, tools, authority, timeout.",
      );
    case "additionalProperties":
      return definitionInvalid(
        `${at}/${String(error.params["additionalProperty"])}`,
        "is not a member of a definition",
        "Remove it; everything beyond objective, tools, authority and timeout comes from the release.",
      );
    case "enum":
      return definitionInvalid(at, "is not an authority level", "Write L1, L2, L3 or L4.");
    case "maxItems":
      return definitionInvalid(at, "names too many tools", `Name at most ${DEFINITION_TOOLS_MAX}.`);
    default:
      return definitionInvalid(at, error.message ?? "is wrong", FIX_BY_MEMBER[at.split("/")[1] ?? ""] ?? FIX_WHOLE);
  }
}

const FIX_WHOLE = "Write an object with objective, tools, authority and timeout.";

const FIX_BY_MEMBER: { readonly [member: string]: string } = {
  objective: `Write a text of 1 to ${OBJECTIVE_BYTES_MAX} bytes.`,
  tools: "Write a list of tool names (letters, digits, _ . -), or of { name, constraints }.",
  authority: "Write L1, L2, L3 or L4.",
  timeout: 'Write milliseconds (1000 to 31536000000), or an ISO 8601 duration such as "PT10M".',
};
