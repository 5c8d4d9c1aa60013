import * as error from "../../src/http/http-error.ts";
import { internalProblem } from "../../src/http/problem.ts";

const { detail, fix } = internalProblem("e1");

/** What the HTTP API adds to the reference of this app. */
export const httpReference = [
  {
    met: "A problem of the HTTP API (RFC 9457), or what keeps it from listening: an `HttpError`.",
    source: "apps/runtime/src/http/http-error.ts",
    codes: {
      "http/address_unusable": [error.addressUnusable("127.0.0.1:7411", "another program listens there", undefined)],
      "http/body_malformed": [error.bodyMalformed("it ends in the middle")],
      "http/body_too_large": [error.bodyTooLarge()],
      "http/code_unknown": [error.codeUnknown()],
      "http/content_type_unsupported": [error.contentTypeUnsupported("text/plain")],
      "http/cross_site": [error.crossSite("The request carries the page's cookie and comes from https://example.com.")],
      "http/cursor_unknown": [error.cursorUnknown()],
      "http/enrolment_unknown": [error.enrolmentUnknown()],
      "http/headers_too_large": [error.requestMalformed("HPE_HEADER_OVERFLOW")],
      "http/host_refused": [error.hostRefused("example.com")],
      "http/idempotency_conflict": [error.idempotencyConflict()],
      "http/idempotency_key_missing": [error.idempotencyKeyMissing()],
      "http/listener_refused": [error.listenerRefused("0.0.0.0:7411")],
      "http/method_not_allowed": [error.methodNotAllowed("PUT", "/v1/missions", ["GET", "POST"])],
      "http/no_demo": [error.noDemo()],
      "http/page_missing": [error.pageMissing()],
      "http/request_invalid": [error.requestInvalid([{ in: "body", at: "/definition", problem: "is missing" }])],
      "http/request_malformed": [error.requestMalformed(undefined)],
      "http/request_timeout": [error.requestMalformed("ERR_HTTP_REQUEST_TIMEOUT")],
      "http/route_unknown": [error.routeUnknown("/v1/misions")],
      "http/stopping": [error.stopping()],
      "http/too_many_requests": [error.tooManyRequests(5)],
      "http/too_many_streams": [error.tooManyStreams()],
      "http/unauthenticated": [error.unauthenticated("The request names no operator.")],
    } satisfies Record<error.HttpErrorCode, readonly error.HttpError[]>,
  },
  {
    met: "The problem of a failure that AURA did not expect: a fault of ours.",
    source: "apps/runtime/src/http/problem.ts",
    codes: {
      "runtime/internal": [
        { what: detail, why: "What such a failure says could hold a secret, so it is told on the machine only.", fix },
      ],
    },
  },
];
