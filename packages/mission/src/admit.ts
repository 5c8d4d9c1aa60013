import type { JsonObject } from "@aura/trust";
import { evaluateConstraints } from "@aura/trust";
import type { BoundTool } from "./boundary.ts";
import type { Denial } from "./call-code.ts";
import { denial } from "./call-code.ts";
import type { Tool } from "./tool.ts";
import { argumentsProblem } from "./tool-arguments.ts";

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
  if (problem !== undefined) return denial("mission/arguments_malformed", `The arguments are malformed: ${problem}.`);
  // `null` sets no limits; the closed world of limits would refuse every argument.
  if (call.bound.constraints !== null && evaluateConstraints(call.bound.constraints, call.arguments) !== true) {
    return denial("mission/argument_refused");
  }
  return undefined;
}
