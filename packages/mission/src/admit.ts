import type { JsonObject } from "@aura/trust";
import { evaluateConstraints } from "@aura/trust";
import type { BoundTool } from "./boundary.ts";
import type { Tool } from "./tool.ts";
import { argumentsProblem } from "./tool-arguments.ts";

/** Why a call is denied before any rule is asked. Recorded: the caller was who it said it was. */
export interface Denial {
  readonly code: DenialCode;
  readonly message: string;
}

export type DenialCode =
  | "mission/deadline_passed"
  | "mission/tool_not_in_boundary"
  | "mission/tool_changed"
  | "mission/arguments_malformed"
  | "mission/argument_refused"
  | "trust/tool_not_granted"
  | "trust/argument_refused"
  | "mission/denied"
  | "mission/approval_required"
  | "mission/approval_expired"
  | "call/moved"
  | "call/withdrawn"
  | (string & {});

/**
 * Holds a call against its frozen boundary: the tool as it was pinned, arguments of the tool's own shape, every limit
 * answered `true`. What is absent or of another type is not `true`. Pure. `undefined` admits.
 */
export function denialAtAdmission(call: {
  readonly bound: BoundTool | undefined;
  /** The tool as it stands today. */
  readonly tool: Tool | undefined;
  readonly arguments: JsonObject;
  readonly nowMs: number;
  readonly deadlineMs: number;
}): Denial | undefined {
  if (call.nowMs >= call.deadlineMs) return denial("mission/deadline_passed");
  if (call.bound === undefined) return denial("mission/tool_not_in_boundary");
  if (call.tool === undefined || call.tool.digest !== call.bound.digest) return denial("mission/tool_changed");
  const problem = argumentsProblem(call.tool, call.arguments);
  if (problem !== undefined)
    return { code: "mission/arguments_malformed", message: `The arguments are malformed: ${problem}.` };
  // `null` sets no limits; the closed world of limits would refuse every argument.
  if (call.bound.constraints !== null && evaluateConstraints(call.bound.constraints, call.arguments) !== true) {
    return denial("mission/argument_refused");
  }
  return undefined;
}

export function denial(code: DenialCode): Denial {
  return { code, message: messageFor(code) };
}

/** The words that go with a recorded code: the code is in the entry, the words are not. */
export function messageFor(code: string): string {
  return MESSAGES[code] ?? `The call was refused: ${code}.`;
}

const MESSAGES: { readonly [code: string]: string } = {
  "mission/deadline_passed": "The mission's time is over.",
  "mission/tool_not_in_boundary": "The mission's frozen boundary does not hold this tool.",
  "mission/tool_changed": "The tool's definition is not the one that was pinned when the boundary was frozen.",
  "mission/arguments_malformed": "The arguments do not have the shape that the tool's schema asks for.",
  "mission/argument_refused": "The mission's frozen boundary does not hold these arguments.",
  "trust/tool_not_granted": "The execution token does not grant this tool.",
  "trust/argument_refused": "The execution token does not grant these arguments.",
  "mission/denied": "The rules deny it.",
  "mission/approval_required": "The rules ask for a person's approval.",
  "mission/approval_expired": "Nobody approved it in time.",
  "call/moved": "What the decision stood on kept moving.",
  "call/withdrawn": "The mission finished while the call waited for a person.",
  "call/unresolved": "A person stated that its outcome cannot be learned.",
  "call/did_not_happen": "The call was sent, and its tool says that it did not happen.",
  "call/no_answer": "The tool did not answer.",
};
