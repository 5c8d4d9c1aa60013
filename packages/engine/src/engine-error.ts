import { AuraError } from "@aura/trust";

export type EngineErrorCode =
  | "engine/agent_exited"
  | "engine/agent_invalid"
  | "engine/agent_protocol"
  | "engine/agent_silent"
  | "engine/agent_unavailable"
  | "engine/arguments_not_json"
  | "engine/arguments_too_large"
  | "engine/call_denied"
  | "engine/call_failed"
  | "engine/details_not_json"
  | "engine/details_too_large"
  | "engine/duration_invalid"
  | "engine/foreign_await"
  | "engine/function_failed"
  | "engine/function_stalled"
  | "engine/heartbeat_invalid"
  | "engine/history_malformed"
  | "engine/mission_not_in_progress"
  | "engine/mission_unknown"
  | "engine/name_invalid"
  | "engine/result_not_json"
  | "engine/result_too_large"
  | "engine/run_ended"
  | "engine/step_failed"
  | "engine/threw_no_error"
  | "engine/too_many_operations"
  | "engine/wrong_agent";

export class EngineError extends AuraError<EngineErrorCode> {}

export function agentInvalid(what: string): EngineError {
  return new EngineError({
    code: "engine/agent_invalid",
    what,
    why: "A run is pinned to the name and version of its agent, so both are part of the history.",
    fix: "Name it with [a-z0-9][a-z0-9-]{0,62} and give it a version of 1 to 64 printable characters.",
  });
}

export function argumentsNotJson(tool: string, cause: unknown): EngineError {
  return new EngineError({
    code: "engine/arguments_not_json",
    what: `The arguments of the call to ${tool} are not a JSON object.`,
    why: "Arguments are committed to as canonical JSON before the call leaves.",
    fix: "Pass a plain object of strings, finite numbers, booleans, null, arrays and plain objects.",
    cause,
  });
}

export function argumentsTooLarge(tool: string, bytesMax: number): EngineError {
  return new EngineError({
    code: "engine/arguments_too_large",
    what: `The arguments of the call to ${tool} are larger than ${bytesMax} bytes.`,
    why: "Arguments are stored and replayed with the run.",
    fix: "Put the content where the tool can read it and pass a reference.",
  });
}

export function nameInvalid(what: string): EngineError {
  return new EngineError({
    code: "engine/name_invalid",
    what,
    why: "The name is written into the history and compared on replay.",
    fix: "Use 1 to 128 characters without control characters.",
  });
}

export function durationInvalid(durationMs: unknown, durationMsMax: number): EngineError {
  return new EngineError({
    code: "engine/duration_invalid",
    what: `A run cannot sleep for ${String(durationMs)} ms.`,
    why: "The due time is recorded as an integer of milliseconds.",
    fix: `Pass an integer from 0 to ${durationMsMax}.`,
  });
}

export function heartbeatInvalid(
  heartbeatMs: unknown,
  range: { readonly minMs: number; readonly maxMs: number },
): EngineError {
  return new EngineError({
    code: "engine/heartbeat_invalid",
    what: `A step cannot be watched every ${String(heartbeatMs)} ms.`,
    why: "A beat is missed when a step is silent for longer than an integer of milliseconds.",
    fix: `Pass an integer from ${range.minMs} to ${range.maxMs}.`,
  });
}

export function detailsNotJson(cause: unknown): EngineError {
  return new EngineError({
    code: "engine/details_not_json",
    what: "The details of a beat are not JSON.",
    why: "Details are recorded as canonical JSON and given to the next attempt of the step.",
    fix: "Pass strings, finite numbers, booleans, null, arrays and plain objects.",
    cause,
  });
}

export function detailsTooLarge(bytesMax: number): EngineError {
  return new EngineError({
    code: "engine/details_too_large",
    what: `The details of a beat are larger than ${bytesMax} bytes.`,
    why: "Details are recorded again and again while a step runs.",
    fix: "Pass where to go on, not what was done.",
  });
}

export function tooManyOperations(operationsMax: number): EngineError {
  return new EngineError({
    code: "engine/too_many_operations",
    what: `The run asked for more than ${operationsMax} operations.`,
    why: "A history must stay short enough to replay.",
    fix: "Split the work over several missions.",
  });
}

export function runEnded(): EngineError {
  return new EngineError({
    code: "engine/run_ended",
    what: "The context was used after its run had ended.",
    why: "Nothing can be recorded for a run that has its result.",
    fix: "Await every operation before the agent function returns.",
  });
}

export function foreignAwait(): EngineError {
  return new EngineError({
    code: "engine/foreign_await",
    what: "The agent function went on after something that the run did not deliver.",
    why: "A run can be replayed only if its function awaits nothing but its context, and calls the context nowhere else.",
    fix: "Move the network, file or timer work into ctx.step, and do not use ctx inside a step.",
  });
}

export function functionStalled(): EngineError {
  return new EngineError({
    code: "engine/function_stalled",
    what: "The agent function waits, and nothing that it asked for is pending.",
    why: "A run can be replayed only if its function awaits nothing but its context.",
    fix: "Move the network, file or timer work into ctx.step; look for a promise that nobody resolves.",
  });
}

export function resultNotJson(of: string, cause: unknown): EngineError {
  return new EngineError({
    code: "engine/result_not_json",
    what: `The result of ${of} is not JSON.`,
    why: "Results are recorded as canonical JSON and given back from the record.",
    fix: "Return strings, finite numbers, booleans, null, arrays and plain objects; turn dates and big integers into text.",
    cause,
  });
}

export function resultTooLarge(of: string, bytesMax: number): EngineError {
  return new EngineError({
    code: "engine/result_too_large",
    what: `The result of ${of} is larger than ${bytesMax} bytes.`,
    why: "Results are stored and replayed with the run.",
    fix: "Store the content elsewhere and return a reference to it.",
  });
}

export function historyMalformed(what: string): EngineError {
  return new EngineError({
    code: "engine/history_malformed",
    what,
    why: "The history of a run is read strictly: what is not understood is not replayed.",
    fix: "Verify the log; if it is sound, run it with the release of AURA that wrote it, or a newer one.",
  });
}

export function missionUnknown(mission: string): EngineError {
  return new EngineError({
    code: "engine/mission_unknown",
    what: `There is no mission ${mission}.`,
    why: "A run executes a mission of its own namespace.",
    fix: "Create the mission first, or ask in its own namespace.",
  });
}

export function missionNotInProgress(mission: string, state: string): EngineError {
  return new EngineError({
    code: "engine/mission_not_in_progress",
    what: `Mission ${mission} is ${state}.`,
    why: "Only a mission that is IN_PROGRESS is executed.",
    fix: "Load the mission again and act on its current state.",
  });
}

export function wrongAgent(mission: string, bound: string, given: string): EngineError {
  return new EngineError({
    code: "engine/wrong_agent",
    what: `Mission ${mission} belongs to agent ${bound}, not to ${given}.`,
    why: "A mission is bound to the agent that its boundary names.",
    fix: `Execute it with the function registered as ${bound}.`,
  });
}
