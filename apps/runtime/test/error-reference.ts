import * as http from "../src/http/http-error.ts";
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
      "runtime/demo_foreign": [error.demoForeign("/srv/aura", "invoice-clerk")],
      "runtime/demo_restless": [error.demoRestless("SIGKILL")],
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
      "runtime/operator_unknown": [error.operatorUnknown("ana")],
      "runtime/operators_busy": [error.operatorsBusy(`${FOLDER}/operators.json.lock`)],
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
    met: "Answered by the HTTP API as a problem document (RFC 9457), or said by `aura start`.",
    source: "apps/runtime/src/http/http-error.ts",
    codes: {
      "http/address_unusable": [http.addressUnusable("127.0.0.1:7411", "another process listens there", undefined)],
      "http/body_malformed": [http.bodyMalformed("it does not follow RFC 8259")],
      "http/body_too_large": [http.bodyTooLarge()],
      "http/code_unknown": [http.codeUnknown()],
      "http/content_type_unsupported": [http.contentTypeUnsupported("text/plain")],
      "http/cross_site": [http.crossSite("The request comes from https://evil.example.")],
      "http/cursor_unknown": [http.cursorUnknown()],
      "http/enrolment_unknown": [http.enrolmentUnknown()],
      "http/headers_too_large": [http.requestMalformed("HPE_HEADER_OVERFLOW")],
      "http/host_refused": [http.hostRefused("evil.example")],
      "http/idempotency_conflict": [http.idempotencyConflict()],
      "http/idempotency_key_missing": [http.idempotencyKeyMissing()],
      "http/listener_refused": [http.listenerRefused("0.0.0.0:7411")],
      "http/method_not_allowed": [http.methodNotAllowed("PUT", "/v1/missions", ["GET", "POST"])],
      "http/no_demo": [http.noDemo()],
      "http/page_missing": [http.pageMissing()],
      "http/request_invalid": [http.requestInvalid([{ in: "body", at: "/agent", problem: "must be string" }])],
      "http/request_malformed": [http.requestMalformed(undefined)],
      "http/request_timeout": [http.requestMalformed("ERR_HTTP_REQUEST_TIMEOUT")],
      "http/route_unknown": [http.routeUnknown("/v1/nothing")],
      "http/stopping": [http.stopping()],
      "http/too_many_requests": [http.tooManyRequests(1)],
      "http/too_many_streams": [http.tooManyStreams()],
      "http/unauthenticated": [http.unauthenticated("The key that was shown is no operator's.")],
    } satisfies Record<http.HttpErrorCode, readonly http.HttpError[]>,
  },
  {
    met: "Answered by the HTTP API about what AURA did not expect: a fault of ours.",
    source: "apps/runtime/src/http/problem.ts",
    codes: {
      "runtime/internal": [
        {
          what: "Something happened that AURA did not expect. It is written to the runtime's standard error under an id.",
          why: "A failure of AURA that has no code of its own.",
          fix: "Ask again; if it comes back, report what stands beside the id there. What is committed stays.",
        },
      ],
    },
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
