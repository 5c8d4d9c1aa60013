import * as error from "../src/runtime-error.ts";
import { httpReference } from "./http/error-reference.ts";

const FOLDER = "/var/lib/aura";

export const errorReference = [
  {
    met: "Said by the command `aura` and thrown inside it as a `RuntimeError`.",
    source: "apps/runtime/src/runtime-error.ts",
    codes: {
      "runtime/agent_revoked": [error.agentRevoked("invoice-clerk")],
      "runtime/scope_stopped": [error.scopeStopped("m1")],
      "runtime/agent_unknown": [error.agentUnknown("invoice-clerk")],
      "runtime/application_broken": [error.applicationBroken("apps/demo", "it has no release")],
      "runtime/application_missing": [error.applicationMissing("apps/demo")],
      "runtime/approval_unknown": [error.approvalUnknown("m1.r1.3")],
      "runtime/approver_unknown": [error.approverUnknown("iMDJ8rIyuiV-Y48bH2a9FK8UZ0yaF_HDbNMJVSGnStU")],
      "runtime/call_not_unknown": [error.callNotUnknown("m1", "r1.3")],
      "runtime/call_unknown": [error.callUnknown("m1", "r1.3")],
      "runtime/checkpoint_foreign": [error.checkpointForeign(`${FOLDER}/checkpoints/12`)],
      "runtime/deadline_near": [error.deadlineNear("m1")],
      "runtime/disk_full": [refusedBySystem("ENOSPC")],
      "runtime/enrolments_elsewhere": [error.enrolmentsElsewhere()],
      "runtime/folder_foreign": [error.folderForeign(FOLDER, "notes.txt"), refusedBySystem("ENOTDIR")],
      "runtime/folder_not_writable": [refusedBySystem("EACCES")],
      "runtime/founded_already": [error.foundedAlready(FOLDER, "shop")],
      "runtime/founding_unfinished": [error.foundingUnfinished(FOLDER)],
      "runtime/key_foreign": [error.keyForeign(`${FOLDER}/log.key`)],
      "runtime/key_missing": [error.keyMissing(`${FOLDER}/log.key`)],
      "runtime/log_cut": [error.logCut(FOLDER, 9, "12")],
      "runtime/log_lost": [error.logLost(FOLDER)],
      "runtime/log_rewritten": [error.logRewritten(FOLDER, "12")],
      "runtime/mission_not_closed": [error.missionNotClosed("m1", "IN_PROGRESS")],
      "runtime/mission_unknown": [error.missionUnknown("m1")],
      "runtime/nobody_to_ask": [error.nobodyToAsk()],
      "runtime/not_founded": [error.notFounded(FOLDER)],
      "runtime/not_running": [error.runtimeNotRunning(FOLDER)],
      "runtime/operators_foreign": [error.operatorsForeign(`${FOLDER}/operators.json`)],
      "runtime/output_refused": [error.outputRefused("out", "it is a folder")],
      "runtime/root_folder_refused": [error.rootFolderRefused(`${FOLDER}/root`, FOLDER)],
      "runtime/shown_foreign": [error.shownForeign("m1.r1.3")],
      "runtime/tool_unknown": [error.toolUnknown("wire_money")],
      "runtime/usage": [error.usage("start takes no option --dta.", "Write --data.")],
      "runtime/verifier_key_foreign": [error.verifierKeyForeign(`${FOLDER}/log.vkey`)],
    } satisfies Record<error.RuntimeErrorCode, readonly error.RuntimeError[]>,
  },
  {
    met: "Said by the command `aura` about what AURA did not expect: a fault of ours.",
    source: "apps/runtime/src/cli/command-line.ts",
    codes: {
      "runtime/unexpected": [
        {
          what: "Something happened that AURA did not expect; its message follows.",
          why: "It stopped before writing anything it was not sure of; what is committed stays.",
          fix: "Run the same command again. If it comes back, please report it with this message.",
        },
      ],
    },
  },
  {
    met: "The code with which a call ends in a namespace that is opened without its application.",
    source: "apps/runtime/src/wire.ts",
    codes: {
      "runtime/no_application": [
        {
          what: "No application is loaded.",
          why: "Only an application brings tool servers along, so nothing can be sent.",
          fix: "Start the runtime with --app.",
        },
      ],
    },
  },
  {
    met: "The code with which a call ends of which a person states that it did not happen.",
    source: "apps/runtime/src/cli/resolve.ts",
    codes: {
      "person/failed": [
        {
          what: "A person says that it did not happen.",
          why: "The outcome of the call was unknown, and somebody who found out settled it by hand.",
          fix: "Make a new call if the work is still wanted.",
        },
      ],
    },
  },
  ...httpReference,
];

function refusedBySystem(code: string): error.RuntimeError {
  return error.fromSystem(Object.assign(new Error(code), { code }), FOLDER) as error.RuntimeError;
}
