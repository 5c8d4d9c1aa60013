import * as lost from "../src/agent-lost.ts";
import { otherAgent } from "../src/difference.ts";
import * as error from "../src/engine-error.ts";
import * as operation from "../src/operation-failed.ts";

const DENIAL = { because: "mission/denied", message: "The rules deny it", rules: ["no-large-refunds"] };

const LOSS = { lastMs: 0, allowedMs: 10_000 };

export const errorReference = [
  {
    met: "Thrown by `@aura/engine` as an `EngineError`.",
    source: "packages/engine/src/engine-error.ts",
    codes: {
      "engine/agent_exited": [lost.agentExited("exit code 1", LOSS)],
      "engine/agent_invalid": [error.agentInvalid('"Invoice Clerk" is not an agent name.')],
      "engine/agent_protocol": [lost.agentProtocol("a frame of 12000000 bytes", LOSS)],
      "engine/agent_silent": [lost.agentSilent(LOSS), lost.agentSilent({ ...LOSS, operation: 3 })],
      "engine/agent_unavailable": [lost.agentUnavailable("invoice-clerk 1", "its application does not load", LOSS)],
      "engine/arguments_not_json": [error.argumentsNotJson("pay", undefined)],
      "engine/arguments_too_large": [error.argumentsTooLarge("pay", 1_048_576)],
      "engine/call_denied": [operation.callDenied("pay", DENIAL)],
      "engine/call_failed": [
        operation.callFailed("pay", { because: "call/no_answer", message: "The tool did not answer" }),
      ],
      "engine/details_not_json": [error.detailsNotJson(undefined)],
      "engine/details_too_large": [error.detailsTooLarge(65_536)],
      "engine/duration_invalid": [error.durationInvalid(-1, 31_536_000_000)],
      "engine/foreign_await": [error.foreignAwait()],
      "engine/function_failed": [
        {
          what: "The agent function threw, and the mission ended as FAILED.",
          why: "What a function does not catch ends its run; the message of what it threw is recorded with the end.",
          fix: "Read the end of the run, correct the function under a new version, and create the mission again.",
        },
      ],
      "engine/function_stalled": [error.functionStalled()],
      "engine/heartbeat_invalid": [error.heartbeatInvalid(0, { minMs: 100, maxMs: 86_400_000 })],
      "engine/history_malformed": [error.historyMalformed("The history of a run begins with run.started.")],
      "engine/mission_not_in_progress": [error.missionNotInProgress("m1", "CLOSED")],
      "engine/mission_unknown": [error.missionUnknown("m1")],
      "engine/name_invalid": [error.nameInvalid("That cannot name an operation.")],
      "engine/result_not_json": [error.resultNotJson("step total", undefined)],
      "engine/result_too_large": [error.resultTooLarge("step total", 1_048_576)],
      "engine/run_ended": [error.runEnded()],
      "engine/step_failed": [operation.stepFailed("total", { because: null, message: "There is no invoice 7" })],
      "engine/threw_no_error": [
        {
          what: "A step or the agent function threw something that is not an Error.",
          why: "Only an Error carries a message that can be recorded.",
          fix: "Throw an Error, or an object that has its own code.",
        },
      ],
      "engine/too_many_operations": [error.tooManyOperations(10_000)],
      "engine/wrong_agent": [error.wrongAgent("m1", "invoice-clerk", "refunds")],
    } satisfies Record<error.EngineErrorCode, readonly (error.EngineError | Record<"what" | "why" | "fix", string>)[]>,
  },
  {
    met: "The difference for which the run of a mission is blocked: nothing was appended and nothing sent.",
    source: "packages/engine/src/difference.ts",
    codes: { "engine/nondeterministic_replay": [blocked()] },
  },
  {
    met: "How a run ends whose time is over before its function is through.",
    source: "packages/engine/src/ending.ts",
    codes: {
      "mission/expired": [
        {
          what: "The mission reached its deadline before its agent was through.",
          why: "A mission has the timeout of its definition, and nothing is done after it.",
          fix: "Create a mission with a longer timeout, or with less work.",
        },
      ],
    },
  },
];

function blocked(): Record<"what" | "why" | "fix", string> {
  return {
    what: otherAgent("invoice-clerk 1", "invoice-clerk 2").text,
    why: "A run is continued only by a function that asks for what its history holds, so that nothing is done twice.",
    fix: "Start the version that began the run; give a changed function a new version for new missions.",
  };
}
