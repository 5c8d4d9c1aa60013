import type { Commitment, Hash, JsonObject, JsonValue } from "@aura/trust";
import type { Decision } from "./governor.ts";
import type { Level } from "./level.ts";

export type CallState =
  | "parked"
  | "sent"
  | "denied"
  | "withdrawn"
  | "succeeded"
  | "failed"
  | "retrying"
  | "unknown"
  | "unresolved";

/** The fold of a call's stream `mission/<id>/call/<key>`. */
export interface Call {
  readonly mission: string;
  readonly key: string;
  readonly tool: string;
  readonly state: CallState;
  readonly version: number;
  /** Commitment to the canonical arguments. The same key with other arguments is refused. */
  readonly arguments: Commitment;
  /** Intents so far. */
  readonly attempts: number;
  readonly decision?: Pick<Decision, "kind" | "rules" | "unknown" | "release" | "request"> & { readonly level?: Level };
  /** Store time by which the newest intent's bytes must have left. */
  readonly sendByMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly result?: Commitment;
  readonly code?: string;
  /** For `parked`: when silence becomes a DENY. */
  readonly untilMs?: number;
}

/** How a call ended, as its caller sees it. */
export type CallEnd =
  | { readonly kind: "succeeded"; readonly result: JsonValue; readonly resultDigest: Hash }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  | { readonly kind: "denied"; readonly code: string; readonly message: string; readonly rules: readonly string[] };

export type CallAnswer =
  | { readonly kind: "ended"; readonly end: CallEnd }
  /** `person`: somebody must settle an unknown outcome or approve; `tool`: ask again at `untilMs`. */
  | { readonly kind: "waits"; readonly for: "approval" | "person" | "tool"; readonly untilMs: number }
  /** Nothing was recorded and nothing was sent: the presentation was not verified, or the call can have no entry. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** The caller's run was fenced: another holder goes on with it. Nothing more may be done in its name. */
  | { readonly kind: "lost" };

/** What a caller shows: the dual token and a proof of possession over this very call. */
export interface Presented {
  readonly credential: string;
  readonly token: string;
  readonly proof: string;
}

/** One call as it is asked for. */
export interface CallRequest {
  readonly mission: string;
  /** `<run>.<operation>`, or the hash of the caller's own key. */
  readonly key: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** The nonce behind the commitment that the proof binds, 32 bytes base64url: the stored one if the call exists already. */
  readonly nonce: string;
  readonly presented: Presented;
  readonly custody: "agent" | "runtime";
}
