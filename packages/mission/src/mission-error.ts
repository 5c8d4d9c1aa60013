import { AuraError } from "@aura/trust";
import type { ApprovalErrorCode } from "./approval-error.ts";
import type { MissionState } from "./transition.ts";

/** Every failure of this package that a caller can meet as an exception. Each is API for ever. */
export type MissionErrorCode =
  | ApprovalErrorCode
  | "mission/definition_invalid"
  | "mission/illegal_transition"
  | "mission/not_found"
  | "mission/log_unreadable"
  | "mission/payload_missing"
  | "mission/tool_not_offered"
  | "mission/compensation_not_offered"
  | "mission/tool_schema_unusable"
  | "mission/approval_required"
  | "mission/calls_open"
  | "mission/compensation_open"
  | "mission/compensation_refused"
  | "mission/unsettled"
  | "mission/append_refused"
  | "mission/call_not_found"
  | "mission/call_not_unknown"
  | "mission/not_retryable"
  | "mission/not_sealed"
  | "mission/stopped"
  | "mission/invalid_argument";

export class MissionError extends AuraError<MissionErrorCode> {}

/** @param member JSON Pointer (RFC 6901) of the member at fault; empty for the whole definition. */
export function definitionInvalid(member: string, problem: string, fix: string, cause?: unknown): MissionError {
  return new MissionError({
    code: "mission/definition_invalid",
    what: `The mission definition is not valid: ${member === "" ? "the definition" : member} ${problem}.`,
    why: "A definition is four members (objective, tools, authority, timeout) and is frozen as it is written.",
    fix,
    cause,
  });
}

export function illegalTransition(
  mission: { readonly id: string; readonly state: MissionState },
  event: { readonly type: string },
): MissionError {
  return new MissionError({
    code: "mission/illegal_transition",
    what: `Mission ${mission.id} in ${mission.state} cannot accept ${event.type}.`,
    why: "A mission follows the edges of NEXT_STATE and no others.",
    fix: "Load the mission again and act on its current state.",
  });
}

export function missionNotFound(id: string): MissionError {
  return new MissionError({
    code: "mission/not_found",
    what: `There is no mission ${id} in this namespace.`,
    why: "A mission exists from its first entry on.",
    fix: "Check the id and the namespace.",
  });
}

export function logUnreadable(stream: string, version: number, problem: string): MissionError {
  return new MissionError({
    code: "mission/log_unreadable",
    what: `Entry ${version} of ${stream} cannot be read: ${problem}.`,
    why: "Nothing is decided on a history that is not understood.",
    fix: "Verify the log with aura-trust; run a version of AURA that knows this entry.",
  });
}

export function payloadMissing(name: string, state: "erased" | "absent" | "altered"): MissionError {
  return new MissionError({
    code: "mission/payload_missing",
    what: `The payload "${name}" is ${state}.`,
    why: "The log holds a commitment; the text behind it is kept outside and can be destroyed.",
    fix: "Nothing can be done with this text any more; abandon the mission or settle the call by hand.",
  });
}

export function toolNotOffered(tool: string): MissionError {
  return new MissionError({
    code: "mission/tool_not_offered",
    what: `The tool "${tool}" is not registered, or its upstream does not offer it.`,
    why: "A boundary pins every tool by the digest of its definition.",
    fix: "Register the tool in the release, or take it out of the definition and create the mission again.",
  });
}

export function compensationNotOffered(tool: string, compensation: string): MissionError {
  return new MissionError({
    code: "mission/compensation_not_offered",
    what: `The tool "${compensation}", which undoes "${tool}", is not registered, or its upstream does not offer it.`,
    why: "A boundary pins the undo of every write by its digest, so that what can be done can be undone.",
    fix: `Register "${compensation}", name another compensation for "${tool}" in the release, or take "${tool}" out of the definition.`,
  });
}

export function toolSchemaUnusable(tool: string, cause: unknown): MissionError {
  return new MissionError({
    code: "mission/tool_schema_unusable",
    what: `The input schema of the tool "${tool}" cannot be compiled.`,
    why: "Arguments are checked against it before every call.",
    fix: "Ask the tool's maker for a valid JSON Schema without remote references.",
    cause,
  });
}

export function approvalRequired(id: string, because: string, untilMs: number): MissionError {
  return new MissionError({
    code: "mission/approval_required",
    what: `Mission ${id} waits for people: ${because}.`,
    why: "Only a PERMIT at L1 passes without a person's approval.",
    fix: `Get it approved before ${new Date(untilMs).toISOString()}; after that it expires.`,
  });
}

export function callsOpen(id: string): MissionError {
  return new MissionError({
    code: "mission/calls_open",
    what: `Mission ${id} has calls whose outcome is not settled.`,
    why: "A mission finishes only when no call is open.",
    fix: "Settle the open calls first.",
  });
}

export function stopped(id: string): MissionError {
  return new MissionError({
    code: "mission/stopped",
    what: `Mission ${id} was stopped before it finished.`,
    why: "A stop ends a mission, whatever it came to meanwhile.",
    fix: "End it as its stop says.",
  });
}

export function compensationOpen(id: string): MissionError {
  return new MissionError({
    code: "mission/compensation_open",
    what: `Mission ${id} did things that are not undone.`,
    why: "A mission that does not succeed finishes when all that it did is undone, or a person said that it stays.",
    fix: "Compensate the mission, or resolve what cannot be undone.",
  });
}

export function compensationRefused(key: string, code: string, message: string): MissionError {
  return new MissionError({
    code: "mission/compensation_refused",
    what: `The call ${key} was not admitted: ${code}. ${message}`,
    why: "An undo is a governed call: whoever presents it shows a credential, a token and a proof.",
    fix: "Present it again with fresh ones.",
  });
}

export function unsettled(stream: string): MissionError {
  return new MissionError({
    code: "mission/unsettled",
    what: `Nothing was written to ${stream}: what it depends on kept moving.`,
    why: "A decision holds only while what it read stands.",
    fix: "Try again.",
  });
}

export function appendRefused(stream: string, code: string): MissionError {
  return new MissionError({
    code: "mission/append_refused",
    what: `The store refused an entry of ${stream}: ${code}.`,
    why: "A unit is written whole or not at all.",
    fix: "See the page of the store's code.",
  });
}

export function callNotFound(mission: string, key: string): MissionError {
  return new MissionError({
    code: "mission/call_not_found",
    what: `Mission ${mission} has no call ${key}.`,
    why: "A call exists from its first entry on.",
    fix: "Check the mission and the key.",
  });
}

export function callNotUnknown(mission: string, key: string, state: string): MissionError {
  return new MissionError({
    code: "mission/call_not_unknown",
    what: `Call ${key} of mission ${mission} is ${state}.`,
    why: "A person settles only a call whose outcome is unknown.",
    fix: "Load the call again and act on its current state.",
  });
}

export function notRetryable(mission: string, key: string, state: string): MissionError {
  return new MissionError({
    code: "mission/not_retryable",
    what: `Call ${key} of mission ${mission} is not tried again: it is ${state}.`,
    why: "Only an undo is tried again by a person, its newest try, and only when that one certainly did not happen: denied or failed.",
    fix: "Look what the call did, and settle it by hand.",
  });
}

export function notSealed(id: string): MissionError {
  return new MissionError({
    code: "mission/not_sealed",
    what: `Mission ${id} has no sealed outcome yet.`,
    why: "A receipt is complete, so it is built after the last entry.",
    fix: "Build it when the mission is CLOSED.",
  });
}

export function malformedName(of: "agent"): MissionError {
  return new MissionError({
    code: "mission/invalid_argument",
    what: `The name of the ${of} is malformed.`,
    why: "Names are parts of stream names.",
    fix: "Use 1 to 63 lower-case letters, digits and hyphens, not a hyphen first, and not the name of the compensator.",
  });
}
