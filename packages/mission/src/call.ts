import type { Actor, Commitment, Entry, Hash, JsonObject, JsonValue } from "@aura/trust";
import type { AskedApproval } from "./asked-approval.ts";
import { askedIn, withVoteIn } from "./asked-approval.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { decidedIn } from "./decision-record.ts";
import { commitmentIn, isObject, numberIn, textIn } from "./entry-data.ts";
import type { Reservation } from "./governor.ts";
import { logUnreadable } from "./mission-error.ts";
import { reservationsIn } from "./reservation.ts";
import { partsOfStream } from "./stream-name.ts";
import type { Compensation, ToolClass } from "./tool.ts";

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
  readonly decision?: DecisionRecord;
  /** What the rules were told beside the call itself when they decided so; absent where entries are older than that. */
  readonly facts?: JsonObject;
  /** Who asked for it first. */
  readonly actor: Actor;
  /** Class of the tool when the newest intent was written. */
  readonly class?: ToolClass;
  /** Digest of the tool when the newest intent was written. */
  readonly digest?: Hash;
  /** Store time by which the newest intent's bytes must have left. */
  readonly sendByMs?: number;
  readonly attemptTimeoutMs?: number;
  /** Of the newest intent, in this stream: its place in the log is the call's place among those that are undone. */
  readonly intentVersion?: number;
  /** When the first intent was written. */
  readonly firstSentMs?: number;
  /** An attempt before the newest may have happened: another intent followed while nobody knew what came of it. */
  readonly afterUnknown?: true;
  /** How the newest intent said that it is undone; only of a `write`. */
  readonly compensation?: RegisteredCompensation;
  /** The newest failure that another attempt follows. */
  readonly retrying?: Retrying;
  readonly result?: Commitment;
  readonly code?: string;
  /** For every end but `succeeded`: what the caller was told. For `unknown`: why nobody knows. */
  readonly message?: Commitment;
  /** For `denied`: the rules that denied it, none if it was something else. */
  readonly rules?: readonly string[];
  /** For `parked`: when silence becomes a DENY. */
  readonly untilMs?: number;
  /** What people were asked about it, since it was parked. */
  readonly asked?: AskedApproval;
  /** What the newest intent reserved and nothing gave back. */
  readonly reservations?: readonly Reservation[];
}

/** The undo of a call, as its intent registered it. */
export interface RegisteredCompensation extends Compensation {
  /** Digest of the undoing tool, pinned by the boundary. */
  readonly digest: Hash;
}

/** A failure that is not the end. */
export interface Retrying {
  readonly code: string;
  readonly message: Commitment;
  /** Store time of the next attempt. */
  readonly nextMs: number;
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

export type CallEventType =
  | "call.parked"
  | "call.raised"
  | "call.voted"
  | "call.sent"
  | "call.denied"
  | "call.withdrawn"
  | "call.succeeded"
  | "call.failed"
  | "call.retrying"
  | "call.unknown"
  | "call.unresolved";

/**
 * The life of a call. `none` is the empty stream. A call of unknown outcome is `sent` again only as its tool's class
 * allows, and always by a new intent.
 */
export const NEXT_CALL_STATE: Readonly<Record<CallState | "none", Partial<Record<CallEventType, CallState>>>> = {
  none: { "call.parked": "parked", "call.sent": "sent", "call.denied": "denied" },
  parked: {
    "call.raised": "parked",
    "call.voted": "parked",
    "call.sent": "sent",
    "call.denied": "denied",
    "call.withdrawn": "withdrawn",
  },
  sent: {
    "call.sent": "sent",
    "call.succeeded": "succeeded",
    "call.failed": "failed",
    "call.retrying": "retrying",
    "call.unknown": "unknown",
  },
  retrying: { "call.sent": "sent", "call.failed": "failed" },
  unknown: {
    "call.sent": "sent",
    "call.succeeded": "succeeded",
    "call.failed": "failed",
    "call.unresolved": "unresolved",
  },
  succeeded: {},
  failed: {},
  denied: {},
  withdrawn: {},
  unresolved: {},
};

/** True when the call, if it happens, has to be undone unless its mission succeeds. The intent of an undo registers no undo. */
export function leavesUndo(call: Pick<Call, "compensation">): boolean {
  return call.compensation !== undefined;
}

/** True when nothing can be added to the call any more. */
export function isEnded(state: CallState): boolean {
  return Object.keys(NEXT_CALL_STATE[state]).length === 0;
}

/** Applies one entry of a call's stream to what the entries before it gave. Pure. @throws `mission/log_unreadable` */
export function foldCall(call: Call | undefined, entry: Entry): Call {
  if (entry.version !== (call?.version ?? 0) + 1) {
    throw logUnreadable(entry.stream, entry.version, `it follows version ${call?.version ?? 0}`);
  }
  const state = NEXT_CALL_STATE[call?.state ?? "none"][entry.type as CallEventType];
  if (state === undefined) {
    throw logUnreadable(entry.stream, entry.version, `"${entry.type}" cannot follow ${call?.state ?? "nothing"}`);
  }
  const { firstSentMs, ...before } = call ?? claimedBy(entry);
  const sentMs = firstSentMs ?? (state === "sent" ? entry.timeMs : undefined);
  const first = sentMs === undefined ? {} : { firstSentMs: sentMs };
  return { ...before, ...recordedBy(call, entry), ...first, state, version: entry.version };
}

/** The first entry of a call's stream: it claims the key for one tool and one set of arguments. */
function claimedBy(entry: Entry): Omit<Call, "state"> {
  const parts = partsOfStream(entry.stream);
  if (parts?.part !== "call" || parts.key === undefined) {
    throw logUnreadable(entry.stream, entry.version, "its stream is not a call's");
  }
  return {
    mission: parts.mission,
    key: parts.key,
    tool: textIn(entry, "tool"),
    version: 0,
    arguments: commitmentIn(entry, "arguments"),
    attempts: 0,
    actor: entry.actor,
  };
}

function recordedBy(call: Call | undefined, entry: Entry): Partial<Call> {
  switch (entry.type as CallEventType) {
    case "call.parked":
    case "call.raised": {
      const decided = decidedIn(entry);
      const asked = askedIn(entry, decided.decision, call?.asked);
      return { ...decided, asked, untilMs: asked.untilMs };
    }
    case "call.voted":
      return { asked: withVoteIn(call?.asked, entry) };
    case "call.sent":
      return {
        ...decidedIn(entry),
        attempts: numberIn(entry, "attempt"),
        class: textIn(entry, "class") as ToolClass,
        digest: textIn(entry, "digest") as Hash,
        sendByMs: numberIn(entry, "sendByMs"),
        attemptTimeoutMs: numberIn(entry, "attemptTimeoutMs"),
        intentVersion: entry.version,
        ...(call?.state === "sent" || call?.state === "unknown" ? { afterUnknown: true } : {}),
        reservations: reservationsIn(entry),
        ...registeredIn(entry),
      };
    case "call.denied": {
      const decided = entry.data["decision"] === undefined ? undefined : decidedIn(entry);
      const why = { code: textIn(entry, "code"), message: commitmentIn(entry, "message") };
      return decided === undefined ? { ...why, rules: [] } : { ...why, rules: decided.decision.rules, ...decided };
    }
    case "call.succeeded":
      return { result: commitmentIn(entry, "result") };
    case "call.failed":
    case "call.unresolved":
    case "call.withdrawn":
      return { code: textIn(entry, "code"), message: commitmentIn(entry, "message") };
    case "call.unknown":
      return { message: commitmentIn(entry, "reason") };
    case "call.retrying":
      return {
        reservations: [],
        retrying: {
          code: textIn(entry, "code"),
          message: commitmentIn(entry, "message"),
          nextMs: numberIn(entry, "nextMs"),
        },
      };
  }
}

function registeredIn(entry: Entry): Pick<Call, "compensation"> {
  const registered = entry.data["compensation"];
  return isObject(registered) ? { compensation: registered as unknown as RegisteredCompensation } : {};
}
