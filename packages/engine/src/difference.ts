import type { JsonValue } from "@aura/trust";
import { type Ask, askText } from "./ask.ts";

/** Where a function left its history. `engine/nondeterministic_replay` on a person's screen. */
export interface Difference {
  readonly code: "engine/nondeterministic_replay";
  /** The operation; `null` when the function itself is another one. */
  readonly operation: number | null;
  readonly recorded: string;
  readonly asked: string;
  /** One sentence: what the history holds and what the function did. */
  readonly text: string;
}

/** At most this many differing arguments are named. */
const PATHS_MAX = 5;

/** The function asks for something else under a number that the history knows. */
export function askedOtherwise(operation: number, recorded: Ask, asked: Ask): Difference {
  if (recorded.kind === asked.kind && recorded.name === asked.name && asked.kind === "call") {
    const where = differingPaths(parsed(recorded.detail), parsed(asked.detail)).join(", ");
    return difference(operation, askText(recorded), `${askText(asked)} with other arguments at ${where}`);
  }
  return difference(operation, askText(recorded), askText(asked));
}

/** The history goes on with an operation that the function has not asked for by then. */
export function notAsked(operation: number, recorded: Ask): Difference {
  return difference(operation, askText(recorded), "nothing");
}

/** The result of an operation was destroyed, so the function cannot be given it again. */
export function erased(operation: number, recorded: Ask): Difference {
  return difference(operation, `${askText(recorded)}, whose result was erased`, askText(recorded));
}

/** The run belongs to another version of the agent. */
export function otherAgent(recorded: string, asked: string): Difference {
  return {
    code: "engine/nondeterministic_replay",
    operation: null,
    recorded,
    asked,
    text: `The run was started by agent ${recorded}; it cannot be continued by agent ${asked}.`,
  };
}

function difference(operation: number, recorded: string, asked: string): Difference {
  return {
    code: "engine/nondeterministic_replay",
    operation,
    recorded,
    asked,
    text: `Operation ${operation}: the history holds ${recorded}; the function asks for ${asked}.`,
  };
}

/** JSON Pointers (RFC 6901) of what differs, without the values: they may be confidential. */
function differingPaths(recorded: JsonValue, asked: JsonValue, at = ""): string[] {
  if (!isBranch(recorded) || !isBranch(asked) || Array.isArray(recorded) !== Array.isArray(asked)) {
    return JSON.stringify(recorded) === JSON.stringify(asked) ? [] : [at === "" ? "the top" : at];
  }
  const members = [...new Set([...Object.keys(recorded), ...Object.keys(asked)])].toSorted();
  const paths: string[] = [];
  for (const member of members) {
    const step = `${at}/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    paths.push(...differingMember(recorded[member], asked[member], step));
    if (paths.length >= PATHS_MAX) return paths.slice(0, PATHS_MAX);
  }
  return paths;
}

function differingMember(recorded: JsonValue | undefined, asked: JsonValue | undefined, at: string): string[] {
  if (recorded === undefined || asked === undefined) return [at];
  return differingPaths(recorded, asked, at);
}

function isBranch(value: JsonValue): value is { readonly [member: string]: JsonValue } {
  return typeof value === "object" && value !== null;
}

function parsed(text: string | null): JsonValue {
  return text === null ? null : (JSON.parse(text) as JsonValue);
}
