import type { Hash, JsonObject, JsonValue } from "@aura/trust";
import type { Tool } from "./tool.ts";

/** A call that was decided and whose intent is committed. */
export interface Sending {
  readonly namespace: string;
  readonly mission: string;
  readonly callKey: string;
  /** Stable over attempts, hand-overs and replays. */
  readonly idempotencyKey: string;
  readonly tool: Tool;
  readonly arguments: JsonObject;
  /** Store time after which the bytes may no longer leave. */
  readonly sendByMs: number;
  /** Asked again when the bytes are about to leave: does the sender still hold its lease, is the mission still running? */
  stillHeld(): Promise<boolean>;
  /**
   * Aborts when the caller may no longer call: it was stopped. Then nothing more leaves, whatever is waited for; a call whose bytes
   * left already is given up, told to its receiver where its wire can, and answered within a second: `unknown`.
   */
  readonly signal: AbortSignal;
}

/** A call of unknown outcome that its tool is asked about. */
export type Finding = Omit<Sending, "sendByMs" | "stillHeld" | "signal">;

/** What came of one attempt. `result` is what the agent will see. */
export type Sent =
  | { readonly kind: "succeeded"; readonly result: JsonValue }
  /** The receiver answered that it did not do it. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** Bytes may have left and no answer came: only `find` or a person can tell. */
  | { readonly kind: "unknown"; readonly reason: string }
  /** Nothing left the process. */
  | { readonly kind: "not_sent"; readonly code: string; readonly message: string };

/** The sole holder of upstream credentials. Implemented by the gateway. `performCall` is its only caller of `send`. */
export interface Broker {
  /**
   * Sends once. Never retries. Never throws for what a receiver does. Refuses (`not_sent`) a tool whose digest is not today's.
   * Obeys `sending.signal`: `not_sent` if nothing left, else `unknown`.
   */
  send(sending: Sending): Promise<Sent>;
  /** Asks the tool's `find` about a call of unknown outcome. `undecided` when the read tool could not be asked. */
  find(
    finding: Finding,
  ): Promise<
    | { readonly kind: "happened"; readonly result: JsonValue }
    | { readonly kind: "absent" }
    | { readonly kind: "undecided"; readonly reason: string }
  >;
}

/** Digest of a definition that an upstream gives, together with our registration. */
export type ToolDigest = Hash;
