import { AuraError } from "@aura/trust";
import { BODY_BYTES_MAX, STREAMS_MAX } from "./limits.ts";

/** What the HTTP API itself refuses. Each code is the end of a problem's `type`; API for ever. */
export type HttpErrorCode =
  | "http/address_unusable"
  | "http/body_malformed"
  | "http/body_too_large"
  | "http/code_unknown"
  | "http/content_type_unsupported"
  | "http/cross_site"
  | "http/cursor_unknown"
  | "http/enrolment_unknown"
  | "http/headers_too_large"
  | "http/host_refused"
  | "http/idempotency_conflict"
  | "http/idempotency_key_missing"
  | "http/listener_refused"
  | "http/method_not_allowed"
  | "http/no_demo"
  | "http/page_missing"
  | "http/request_invalid"
  | "http/request_malformed"
  | "http/request_timeout"
  | "http/route_unknown"
  | "http/stopping"
  | "http/too_many_requests"
  | "http/too_many_streams"
  | "http/unauthenticated";

/** Where in a request something is wrong: `in` says which part, `at` is a JSON Pointer (RFC 6901) into it. */
export interface Fault {
  readonly in: "body" | "query" | "params" | "headers";
  readonly at: string;
  readonly problem: string;
}

export class HttpError extends AuraError<HttpErrorCode> {
  /** Only of `http/request_invalid`: everything that is wrong with the request. */
  readonly faults: readonly Fault[];
  /** Response headers that belong to the refusal. */
  readonly headers: { readonly [name: string]: string };

  constructor(
    text: {
      readonly code: HttpErrorCode;
      readonly what: string;
      readonly why: string;
      readonly fix: string;
      readonly cause?: unknown;
    },
    more: { readonly faults?: readonly Fault[]; readonly headers?: { readonly [name: string]: string } } = {},
  ) {
    super(text);
    this.faults = more.faults ?? [];
    this.headers = more.headers ?? {};
  }
}

export function addressUnusable(address: string, because: string, cause: unknown): HttpError {
  return new HttpError({
    code: "http/address_unusable",
    what: `The runtime cannot listen on ${address}: ${because}.`,
    why: "The page and the API need an address of their own.",
    fix: "Name another port with --listen, or --listen 127.0.0.1:0 for any free one.",
    cause,
  });
}

export function bodyMalformed(problem: string, cause?: unknown): HttpError {
  return new HttpError({
    code: "http/body_malformed",
    what: `The body of the request is not JSON that can be read: ${problem}.`,
    why: "A request is read whole, by one spelling, before anything is done.",
    fix: "Send one JSON value (RFC 8259) in UTF-8; write money and large integers as text.",
    cause,
  });
}

export function bodyTooLarge(): HttpError {
  return new HttpError({
    code: "http/body_too_large",
    what: `The body of the request is larger than ${BODY_BYTES_MAX} bytes.`,
    why: "Nothing that this API takes needs more.",
    fix: "Send less: long texts belong into files that the agent reads.",
  });
}

export function codeUnknown(): HttpError {
  return new HttpError(
    {
      code: "http/code_unknown",
      what: "This code opens no session.",
      why: "A code is good once, and for a limited time.",
      fix: "Get a new address for the page with `aura page --data DIR`.",
    },
    { headers: { "www-authenticate": "Bearer" } },
  );
}

export function contentTypeUnsupported(given: string | undefined): HttpError {
  return new HttpError({
    code: "http/content_type_unsupported",
    what: `A body of type ${given === undefined || given === "" ? "(none)" : given} is not read here.`,
    why: "Bodies are JSON.",
    fix: "Send the header Content-Type: application/json.",
  });
}

export function crossSite(what: string): HttpError {
  return new HttpError({
    code: "http/cross_site",
    what,
    why: "A page of somebody else could make a browser send our cookie; it cannot set this header or hide its origin.",
    fix: "Send X-Aura-Page: 1 from the page itself, or use an operator key instead of the cookie.",
  });
}

export function cursorUnknown(): HttpError {
  return new HttpError({
    code: "http/cursor_unknown",
    what: "This cursor did not come from here.",
    why: "A cursor is what the page before it gave as `next`.",
    fix: "Leave the cursor out to begin again.",
  });
}

export function enrolmentUnknown(): HttpError {
  return new HttpError({
    code: "http/enrolment_unknown",
    what: "No enrolment waits under this code.",
    why: "A request to enrol a key is kept for ten minutes, in memory.",
    fix: "Ask again with `aura enrol`, and confirm the code that it shows.",
  });
}

export function hostRefused(host: string | undefined): HttpError {
  return new HttpError({
    code: "http/host_refused",
    what: `This runtime is not called ${host === undefined || host === "" ? "(no Host header)" : host}.`,
    why: "A foreign name that leads to this address could let a web page speak to it (DNS rebinding).",
    fix: "Use the address that `aura start` printed, or name the one that people use with --public-url.",
  });
}

export function idempotencyConflict(): HttpError {
  return new HttpError({
    code: "http/idempotency_conflict",
    what: "This Idempotency-Key was used for another request.",
    why: "One key stands for one mission: the same request gets the same answer, another one gets nothing.",
    fix: "Use a fresh key for a new mission, or send the first request again unchanged.",
  });
}

export function idempotencyKeyMissing(): HttpError {
  return new HttpError({
    code: "http/idempotency_key_missing",
    what: "The request has no Idempotency-Key.",
    why: "Without it a request that is sent again, because its answer was lost, would start a second mission.",
    fix: "Send a header Idempotency-Key: 1 to 255 visible ASCII characters, fresh for every mission.",
  });
}

export function listenerRefused(address: string): HttpError {
  return new HttpError({
    code: "http/listener_refused",
    what: `The runtime does not listen on ${address} without TLS.`,
    why: "That address can be reached from other machines, and keys and arguments would cross the network in the clear.",
    fix: "Listen on 127.0.0.1, or give --tls-cert and --tls-key, or --behind-proxy if a proxy in front speaks TLS; then name the address that people use with --public-url.",
  });
}

export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): HttpError {
  return new HttpError(
    {
      code: "http/method_not_allowed",
      what: `${method} is not possible on ${path}.`,
      why: `It takes ${allowed.join(", ")}.`,
      fix: "See /openapi.json for what each path takes.",
    },
    { headers: { allow: allowed.join(", ") } },
  );
}

export function noDemo(): HttpError {
  return new HttpError({
    code: "http/no_demo",
    what: "This runtime was not started by the demo.",
    why: "What the demo does to a runtime has no place in one that works.",
    fix: "Start `aura demo` to play with it.",
  });
}

export function pageMissing(): HttpError {
  return new HttpError({
    code: "http/page_missing",
    what: "This runtime serves no page.",
    why: "The page is built apart from the runtime and was not found when it started.",
    fix: "Build it (`npx -y pnpm@12.18.0 build`) and start again; the API under /v1 works without it.",
  });
}

export function requestInvalid(faults: readonly Fault[]): HttpError {
  const [first] = faults;
  const where = first === undefined ? "the request" : `${first.in}${first.at}`;
  return new HttpError(
    {
      code: "http/request_invalid",
      what: `The request is not valid: ${where} ${first?.problem ?? "is wrong"}.`,
      why: "Nothing is coerced, filled in or left out: a request means what it says.",
      fix: "Correct what is named; /openapi.json says what is taken.",
    },
    { faults },
  );
}

export function routeUnknown(path: string): HttpError {
  return new HttpError({
    code: "http/route_unknown",
    what: `There is nothing at ${path}.`,
    why: "No route of this API has that path.",
    fix: "See /openapi.json for what there is.",
  });
}

export function stopping(): HttpError {
  return new HttpError(
    {
      code: "http/stopping",
      what: "The runtime is stopping.",
      why: "It finishes what it began and takes nothing new.",
      fix: "Ask again when it runs: what is committed stays.",
    },
    { headers: { "retry-after": "5", connection: "close" } },
  );
}

export function tooManyRequests(retryAfterSeconds: number): HttpError {
  return new HttpError(
    {
      code: "http/too_many_requests",
      what: "That was too much at once.",
      why: "Everybody gets a share, and who guesses keys gets a small one.",
      fix: `Ask again in ${retryAfterSeconds} s.`,
    },
    { headers: { "retry-after": String(retryAfterSeconds) } },
  );
}

export function tooManyStreams(): HttpError {
  return new HttpError(
    {
      code: "http/too_many_streams",
      what: `${STREAMS_MAX} clients follow the log already.`,
      why: "Each costs a connection that never ends.",
      fix: "Close a page that nobody looks at, or read the log in pages at /v1/log.",
    },
    { headers: { "retry-after": "5" } },
  );
}

export function unauthenticated(problem: string): HttpError {
  return new HttpError(
    {
      code: "http/unauthenticated",
      what: problem,
      why: "Only operators of this namespace may read it or act in it.",
      fix: "Send Authorization: Bearer and the key from the data folder's operator.key, or open the page with the address that `aura start` prints.",
    },
    { headers: { "www-authenticate": "Bearer" } },
  );
}

/** What Node's own parser refuses, before there is a request. */
export function requestMalformed(code: string | undefined): HttpError {
  const [why, fix] = ["A request follows RFC 9112.", "Use an HTTP client."];
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new HttpError({ code: "http/headers_too_large", what: "The headers are larger than 16 KiB.", why, fix });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new HttpError({ code: "http/request_timeout", what: "The request did not end in time.", why, fix });
    case undefined:
    default:
      return new HttpError({ code: "http/request_malformed", what: "That is not an HTTP request.", why, fix });
  }
}
