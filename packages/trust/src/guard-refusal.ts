import type { JsonObject } from "./json-value.ts";
import { type Refusal, refusal, type RefusalReason } from "./refusal.ts";

/** Why a guard refuses besides what `verifyCall` says, and one sentence for a person. Codes are API for ever. */
const SENTENCES = {
  method_refused: "A call is a POST.",
  media_type_refused: "The arguments of a call are application/json.",
  arguments_too_large: "The arguments are larger than this tool takes.",
  arguments_malformed: "The arguments are not one JSON object in its canonical spelling (RFC 8785).",
  call_malformed: "The call has not the members of an MCP tools/call.",
  presented_twice: "A credential, token, proof or nonce was shown more than once.",
  nonce_missing: "The nonce of the proof's commitment was not shown.",
  nonce_malformed: "The nonce is not 32 bytes of base64url.",
  proof_replayed: "The proof was shown before. Make a new one for a new call.",
  replay_unknown: "Whether the proof was shown before is not known. Make a new one.",
  replay_full: "More calls are being made than this guard can tell apart.",
  replay_unavailable: "Whether the proof was shown before cannot be asked now.",
  evidence_unavailable: "What was revoked cannot be asked now.",
  evidence_too_old: "What is known about revocation is older than this tool accepts.",
} as const;

type OwnReason = keyof typeof SENTENCES;
export type GuardRefusalReason = RefusalReason | OwnReason;

export const GUARD_REFUSAL_REASONS: readonly GuardRefusalReason[] = Object.keys(SENTENCES) as OwnReason[];

/** HTTP status of the guard's own reasons. */
const STATUS: Readonly<Record<OwnReason, number>> = {
  method_refused: 405,
  media_type_refused: 415,
  arguments_too_large: 413,
  arguments_malformed: 400,
  call_malformed: 400,
  presented_twice: 400,
  nonce_missing: 401,
  nonce_malformed: 400,
  proof_replayed: 401,
  replay_unknown: 401,
  replay_full: 503,
  replay_unavailable: 503,
  evidence_unavailable: 503,
  evidence_too_old: 503,
};

/** Known, but not allowed this; every other reason of `verifyCall` is about who calls. */
const FORBIDDEN: ReadonlySet<string> = new Set<RefusalReason>([
  "audience",
  "authority",
  "mission",
  "boundary",
  "tool_not_granted",
  "argument_refused",
]);

/** A call that is not made. */
export interface GuardRefusal {
  readonly ok: false;
  readonly reason: GuardRefusalReason;
  /** One sentence. Never holds a token, a secret or an argument. */
  readonly detail: string;
  readonly status: number;
  /** Problem details (RFC 9457): `type` is `trust/<reason>`. */
  readonly problem: JsonObject;
  /** The problem as an answer over HTTP (RFC 9457 section 3), made anew with each reading. */
  readonly response: Response;
  /** The problem as the result of an MCP `tools/call`. */
  readonly toolResult: JsonObject;
  /** What failed on our side, for our own log; never part of the answer. */
  readonly cause?: unknown;
}

/** A refusal of the guard's own. @internal */
export function guardRefusal(reason: OwnReason, cause?: unknown): GuardRefusal {
  return refused(reason, { title: SENTENCES[reason], detail: SENTENCES[reason], status: STATUS[reason] }, cause);
}

/** What `verifyCall` refused, as a guard says it. @internal */
export function refusedCall({ reason, detail }: Refusal): GuardRefusal {
  const { detail: title } = refusal(reason);
  return refused(reason, { title, detail, status: FORBIDDEN.has(reason) ? 403 : 401 });
}

function refused(
  reason: GuardRefusalReason,
  text: { readonly title: string; readonly detail: string; readonly status: number },
  cause?: unknown,
): GuardRefusal {
  const { title, detail, status } = text;
  const problem = { type: `trust/${reason}`, title, status, detail };
  return {
    ok: false,
    reason,
    detail,
    status,
    problem,
    get response() {
      return Response.json(problem, { status, headers: { ...ALWAYS, ...BY_STATUS[status] } });
    },
    toolResult: { isError: true, content: [{ type: "text", text: detail }], structuredContent: problem },
    ...(cause === undefined ? {} : { cause }),
  };
}

const ALWAYS = { "content-type": "application/problem+json", "cache-control": "no-store" };

const BY_STATUS: { readonly [status: number]: { readonly [field: string]: string } } = {
  401: { "www-authenticate": "AURA" }, // RFC 9110 section 11.6.1
  405: { allow: "POST" },
  503: { "retry-after": "1" },
};
