import type { RefusalReason } from "@aura/trust";
import type { CallAnswer } from "./call.ts";

/** Why a call was refused, denied or failed without its receiver: every code of ours, and its sentence. API for ever. */
export const CALL_CODES = {
  "call/conflict": "The key belongs to a call with another tool or other arguments.",
  "call/did_not_happen": "The call was sent, and its tool says that it did not happen.",
  "call/key_malformed": "A call's key is <run>.<operation>, or a hash of the caller's own key.",
  "call/moved": "What the decision stood on kept moving.",
  "call/no_answer": "The tool did not answer.",
  "call/nonce_malformed": "The nonce is not 32 bytes of base64url.",
  "call/nothing_to_undo": "There is no call that this one would undo.",
  "call/tool_malformed": "That is not the name of a tool.",
  "call/unresolved": "A person stated that its outcome cannot be learned.",
  "call/withdrawn": "The mission ended, or began to undo what it did, while the call waited for a person.",
  "mission/approval_expired": "Nobody approved it in time.",
  "mission/approval_required": "The rules ask for a person's approval.",
  "mission/argument_refused": "The mission's frozen boundary does not hold these arguments.",
  "mission/arguments_malformed": "The arguments do not have the shape that the tool's schema asks for.",
  "mission/arguments_not_json": "The arguments cannot be written as JSON.",
  "mission/arguments_too_large": "The arguments are too long.",
  "mission/authority_exceeded": "The rules ask for a level that nobody above the agent's owner reaches.",
  "mission/budget_spent": "A budget's ceiling would be passed.",
  "mission/compensating": "The mission only undoes what it did: nothing else is sent any more.",
  "mission/deadline_passed": "The mission's time is over.",
  "mission/denied": "The rules deny it.",
  "mission/held": "The mission is stopped, and nothing is undone until a stop says so.",
  "mission/not_compensating": "The mission has nothing to undo now.",
  "mission/not_found": "There is no mission of that id.",
  "mission/not_in_progress": "The mission is not running.",
  "mission/other_agent": "The credential is another agent's than the mission's.",
  "mission/parked_calls_full": "Too many calls of the mission wait for people already.",
  "mission/quorum_unreachable": "The rules ask for people who can never be enough.",
  "mission/rejected": "A person rejected it.",
  "mission/stopped": "The mission, its agent or its namespace was stopped.",
  "mission/tool_changed": "The tool's definition is not the one that was pinned when the boundary was frozen.",
  "mission/tool_not_in_boundary": "The mission's frozen boundary does not hold this tool.",
} as const;

/** Ours, or trust's own reason why a presentation is not verified or does not reach this far. */
export type CallCode = keyof typeof CALL_CODES | `trust/${RefusalReason}`;

/** Why a call ends without being sent, as it is recorded and told. */
export interface Denial {
  /** A {@link CallCode}, or the code of a ceiling that another package's projection sets. */
  readonly code: string;
  readonly message: string;
}

export function denial(code: keyof typeof CALL_CODES, message: string = CALL_CODES[code]): Denial {
  return { code, message };
}

/** The ceiling of a counter refused it. */
export function denialByCeiling(code: string): Denial {
  return { code, message: isCallCode(code) ? CALL_CODES[code] : `A limit was reached: ${code}.` };
}

/** Nothing was recorded and nothing was sent. */
export function refused(code: keyof typeof CALL_CODES, message: string = CALL_CODES[code]): RefusedCall {
  return { kind: "refused", code, message };
}

export type RefusedCall = Extract<CallAnswer, { kind: "refused" }>;

function isCallCode(code: string): code is keyof typeof CALL_CODES {
  return Object.hasOwn(CALL_CODES, code);
}
