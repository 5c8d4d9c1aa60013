import { CALL_CODES } from "../src/call-code.ts";
import * as approval from "../src/approval-error.ts";
import * as error from "../src/mission-error.ts";

type CallCodeOfOurs = keyof typeof CALL_CODES;

/** What happens is the sentence of the code; this is what to do about it. */
const CALL_FIXES = {
  "call/conflict": "Give another call another key.",
  "call/did_not_happen": "Nothing was done. Make a new call if the work still needs it.",
  "call/key_malformed":
    "Derive the key from your own with the function of @aura/mission, or let the engine number the call.",
  "call/moved": "Present the call again: it is decided anew.",
  "call/no_answer": "Nothing is known to have happened. Make sure that the tool runs, then make a new call.",
  "call/nonce_malformed": "Make the nonce with newNonce and send it as it is.",
  "call/nothing_to_undo":
    "Undo only a write that succeeded, and whose undo can be made of what it was given and answered.",
  "call/tool_malformed": "Name the tool as the mission's definition does.",
  "call/unresolved": "Find out by other means what the tool did before anybody repeats the call.",
  "call/withdrawn": "Nothing was done. Create a new mission if the work is still wanted.",
  "mission/approval_expired": "Create the mission again or make the call again, and approve it in time.",
  "mission/authority_exceeded":
    "Have a position of that level put above the agent's owner in a new release, or ask for what its chain may approve.",
  "mission/budget_spent": "Wait for the budget's next window, or have its ceiling raised in a new release.",
  "mission/quorum_unreachable":
    "See in the release who holds the positions above the agent's owner; seat more people, or end a suspension or conflict.",
  "mission/rejected": "Ask the person why. Nothing was done; another call or mission may be asked for.",
  "mission/approval_required": "Wait: the call is presented again when enough people approved it.",
  "mission/argument_refused":
    "Keep the arguments within the constraints of the mission, or create a mission with wider ones.",
  "mission/arguments_malformed": "Write the arguments as the tool's input schema asks.",
  "mission/arguments_not_json":
    "Pass a plain object of strings, finite numbers, booleans, null, arrays and plain objects.",
  "mission/arguments_too_large": "Put the content where the tool can read it and pass a reference.",
  "mission/compensating": "Make no further calls: what the mission did is being undone.",
  "mission/deadline_passed": "Create a mission with a longer timeout.",
  "mission/denied":
    "Read the rules that the decision names. Change the call, or have the rules changed in a new release.",
  "mission/held": "Stop it again with compensation `run`, or resolve what it did by hand.",
  "mission/not_compensating": "Undo what a mission did only once it ends without success.",
  "mission/not_found": "Check the id and the namespace.",
  "mission/not_in_progress": "Load the mission and act on its current state.",
  "mission/other_agent": "Call with the credential of the agent that the mission belongs to.",
  "mission/parked_calls_full": "Let people answer the calls that wait, then call again.",
  "mission/stopped": "Make no further calls. Create a new mission once whoever stopped it agrees.",
  "mission/tool_changed": "Create the mission again: its boundary then pins the definition of today.",
  "mission/tool_not_in_boundary": "Create a mission that names the tool.",
} as const satisfies Record<CallCodeOfOurs, string>;

const CALL_WHY =
  "A call leaves only when everything about it holds; otherwise it ends without being sent, and the log says by which code.";

export const errorReference = [
  {
    met: "Thrown by `@aura/mission` as a `MissionError`.",
    source: "packages/mission/src/mission-error.ts",
    codes: {
      "mission/definition_invalid": [
        error.definitionInvalid("/timeout", "is not a duration", 'Write it like "PT30M" (ISO 8601).'),
      ],
      "mission/illegal_transition": [error.illegalTransition({ id: "m1", state: "CLOSED" }, { type: "approve" })],
      "mission/not_found": [error.missionNotFound("m1")],
      "mission/log_unreadable": [error.logUnreadable("mission/m1", 3, "it does not link to the entry before it")],
      "mission/payload_missing": [error.payloadMissing("arguments", "erased")],
      "mission/tool_not_offered": [error.toolNotOffered("pay")],
      "mission/compensation_not_offered": [error.compensationNotOffered("pay", "refund")],
      "mission/tool_schema_unusable": [error.toolSchemaUnusable("pay", undefined)],
      "mission/approval_required": [error.approvalRequired("m1", "the rules ask for L2", Date.UTC(2026, 10, 24))],
      "mission/calls_open": [error.callsOpen("m1")],
      "mission/compensation_open": [error.compensationOpen("m1")],
      "mission/compensation_refused": [
        error.compensationRefused("undo.1.3", "trust/token_expired", "The token has expired."),
      ],
      "mission/unsettled": [error.unsettled("mission/m1")],
      "mission/append_refused": [error.appendRefused("mission/m1", "store/malformed_unit")],
      "mission/call_not_found": [error.callNotFound("m1", "r1.3")],
      "mission/call_not_unknown": [error.callNotUnknown("m1", "r1.3", "succeeded")],
      "mission/not_retryable": [error.notRetryable("m1", "undo.1.1", "succeeded")],
      "mission/stopped": [error.stopped("m1")],
      "mission/not_sealed": [error.notSealed("m1")],
      "mission/invalid_argument": [error.malformedName("agent")],
    } satisfies Record<Exclude<error.MissionErrorCode, approval.ApprovalErrorCode>, readonly error.MissionError[]>,
  },
  {
    met: "Thrown by `@aura/mission` as a `MissionError` to who votes, enrols a key or revokes one.",
    source: "packages/mission/src/approval-error.ts",
    codes: {
      "mission/vote_malformed": [approval.voteMalformed("its JWS is refused (malformed)")],
      "mission/vote_unknown_approver": [approval.voteUnknownApprover("p-1")],
      "mission/vote_forged": [approval.voteForged("p-1")],
      "mission/vote_mismatch": [approval.voteMismatch()],
      "mission/vote_not_waiting": [approval.voteNotWaiting()],
      "mission/vote_expired": [approval.voteExpired(Date.UTC(2026, 10, 24))],
      "mission/vote_own_mission": [approval.voteOwnMission()],
      "mission/vote_not_in_pool": [approval.voteNotInPool("p-1")],
      "mission/vote_already_cast": [approval.voteAlreadyCast("p-1")],
      "mission/enrolment_malformed": [approval.enrolmentMalformed("it has no end")],
      "mission/enrolment_forged": [approval.enrolmentForged()],
      "mission/enrolment_mismatch": [approval.enrolmentMismatch("is for another namespace")],
      "mission/enrolment_unconfirmed": [approval.enrolmentUnconfirmed()],
      "mission/enrolment_quorum": [approval.enrolmentQuorum(1, 2)],
      "mission/enrolment_expired": [approval.enrolmentExpired(Date.UTC(2026, 10, 24))],
      "mission/enrolment_key_taken": [approval.enrolmentKeyTaken("A".repeat(43))],
      "mission/approver_not_found": [approval.approverNotFound("p-1", "A".repeat(43))],
    } satisfies Record<approval.ApprovalErrorCode, readonly error.MissionError[]>,
  },
  {
    met: "The code with which the store refuses a unit; who wrote the unit looks again and goes on.",
    source: "packages/mission/src/mission-projection.ts",
    codes: {
      "mission/request_repeated": [
        {
          what: "Another mission was created for the same request meanwhile.",
          why: "A request has one mission, however often it is sent.",
          fix: "Nothing is to be done: who asked is answered with the mission that is there.",
        },
      ],
      "mission/calls_parked": [
        {
          what: "A call of the mission began to wait for people while the mission was being finished.",
          why: "A mission finishes only when no call is open or waits.",
          fix: "Nothing is to be done: finishing withdraws the waiting call and goes on.",
        },
      ],
    },
  },
  {
    met: "The code with which a call is refused, is denied, waits or ends; it stands in the call's entries and in the answer to the agent.",
    source: "packages/mission/src/call-code.ts",
    codes: Object.fromEntries(
      (Object.entries(CALL_FIXES) as [CallCodeOfOurs, string][]).map(([code, fix]) => [
        code,
        [{ what: CALL_CODES[code], why: CALL_WHY, fix }],
      ]),
    ),
  },
];
