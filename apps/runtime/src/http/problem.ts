import { STATUS_CODES } from "node:http";
import { isAuraError } from "@aura/trust";
import type { AuraError } from "@aura/trust";
import { HttpError } from "./http-error.ts";
import type { Fault } from "./http-error.ts";

/** RFC 9457. `type` ends in our code; `fix` says what to do; `errors` stands only where several things are wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly fix: string;
  readonly errors?: readonly Fault[];
}

export const PROBLEM_TYPE = "application/problem+json";

const ERRORS_BASE = "https://aura.dev/errors/";

/** Status by whole code. What stands in neither table is a failure of ours: 500. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  "http/address_unusable": 500,
  "http/body_malformed": 400,
  "http/body_too_large": 413,
  "http/code_unknown": 401,
  "http/content_type_unsupported": 415,
  "http/cross_site": 403,
  "http/cursor_unknown": 400,
  "http/enrolment_unknown": 404,
  "http/headers_too_large": 431,
  "http/host_refused": 421,
  "http/idempotency_conflict": 409,
  "http/idempotency_key_missing": 400,
  "http/listener_refused": 500,
  "http/method_not_allowed": 405,
  "http/no_demo": 404,
  "http/page_missing": 404,
  "http/request_invalid": 400,
  "http/request_malformed": 400,
  "http/request_timeout": 408,
  "http/route_unknown": 404,
  "http/stopping": 503,
  "http/too_many_requests": 429,
  "http/too_many_streams": 503,
  "http/unauthenticated": 401,
  "mission/append_refused": 409,
  "mission/approval_required": 409,
  "mission/approver_not_found": 404,
  "mission/call_not_found": 404,
  "mission/call_not_unknown": 409,
  "mission/not_retryable": 409,
  "mission/calls_open": 409,
  "mission/definition_invalid": 422,
  "mission/enrolment_expired": 409,
  "mission/enrolment_forged": 403,
  "mission/enrolment_key_taken": 409,
  "mission/enrolment_malformed": 422,
  "mission/enrolment_mismatch": 409,
  "mission/enrolment_unconfirmed": 403,
  "mission/enrolment_quorum": 409,
  "mission/illegal_transition": 409,
  "mission/invalid_argument": 422,
  "mission/not_found": 404,
  "mission/not_sealed": 409,
  "mission/payload_missing": 410,
  "mission/tool_not_offered": 422,
  "mission/unsettled": 503,
  "mission/vote_already_cast": 409,
  "mission/vote_expired": 409,
  "mission/vote_forged": 403,
  "mission/vote_malformed": 422,
  "mission/vote_mismatch": 409,
  "mission/vote_not_in_pool": 403,
  "mission/vote_not_waiting": 409,
  "mission/vote_own_mission": 403,
  "mission/vote_unknown_approver": 403,
  "runtime/agent_revoked": 409,
  "runtime/agent_unknown": 404,
  "runtime/approval_unknown": 404,
  "runtime/call_not_unknown": 409,
  "runtime/call_unknown": 404,
  "runtime/disk_full": 507,
  "runtime/mission_not_closed": 409,
  "runtime/mission_unknown": 404,
  "runtime/tool_unknown": 422,
  "store/closed": 503,
  "store/full": 507,
  "store/unsure": 503,
};

/** Status by who raised it, for codes that no line above names. */
const STATUS_BY_PACKAGE: readonly (readonly [RegExp, number])[] = [
  [/^trust\/key_file_/, 500],
  [/^trust\//, 422],
  [/^governance\//, 422],
  [/^gateway\//, 502],
];

/** The status of a code of ours. Pure. */
export function statusOf(code: string): number {
  const byPackage = STATUS_BY_PACKAGE.find(([pattern]) => pattern.test(code))?.[1];
  return STATUS_BY_CODE[code] ?? byPackage ?? 500;
}

/** An expected failure as a problem document. */
export function problemOf(error: AuraError): Problem {
  const { code, what, why, fix } = error;
  const faults = error instanceof HttpError ? error.faults : [];
  return {
    type: `${ERRORS_BASE}${code}`,
    title: why,
    status: statusOf(code),
    detail: what,
    code,
    fix,
    ...(faults.length > 0 ? { errors: faults } : {}),
  };
}

/** What somebody outside learns of a failure that nobody expected: an id to find it by, and nothing of its text. */
export function internalProblem(id: string): Problem {
  return {
    type: `${ERRORS_BASE}runtime/internal`,
    title: "A failure of AURA that has no code of its own.",
    status: 500,
    detail: `Something happened that AURA did not expect. It is written to the runtime's standard error as ${id}.`,
    code: "runtime/internal",
    fix: `Ask again; if it comes back, report what stands beside ${id} there. What is committed stays.`,
  };
}

/** A problem as the whole of an HTTP/1.1 response, for a socket on which no request could be read. */
export function rawResponse(problem: Problem): string {
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

/** What is thrown as one of ours, if it is one. */
export function expected(error: unknown): AuraError | undefined {
  return isAuraError(error) ? error : undefined;
}
