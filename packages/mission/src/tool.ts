import type { Hash, JsonObject } from "@aura/trust";

/** What the world looks like afterwards. The operator sets it when the tool is registered. */
export type ToolClass = "read" | "write" | "irreversible";

/** Builds a value from a call's own arguments: a pointer (`/path`, RFC 6901) into them, or a constant. */
export type ArgumentSource =
  | { readonly from: string }
  | { readonly value: string | number | boolean }
  | { readonly prefix: string; readonly from: string };

/** How to learn whether a call of unknown outcome happened: a read tool, its arguments, and what its answer says. */
export interface Find {
  readonly tool: string;
  readonly arguments: { readonly [argument: string]: ArgumentSource };
  /**
   * The call happened if the text that the read tool answers equals this; another text means that it did not. Without it, any
   * answer means that it happened: only for what was not there before, such as the destination of a move. Either way a tool
   * error means that it did not happen; silence, and a server that cannot be reached, say nothing.
   */
  readonly equals?: ArgumentSource;
  /** Wait this long after the attempt's end before asking. */
  readonly findAfterMs: number;
}

/** As {@link ArgumentSource}, or a pointer (RFC 6901) into what the call answered; "" is the whole of it. */
export type CompensationSource = ArgumentSource | { readonly fromResult: string };

/** The call that undoes another, built from what that one was given and what it answered. */
export interface Compensation {
  readonly tool: string;
  readonly arguments: { readonly [argument: string]: CompensationSource };
}

/**
 * When a call is tried again that certainly did not happen, or that only reads. Delays grow from `initialMs` by `factor` up
 * to `maxMs`; `jitter` (0 to 1) is the part of each that dice may take off.
 */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: number;
  /** From the first intent; no attempt starts after it. */
  readonly totalMs: number;
  /** Codes that no attempt follows. */
  readonly never?: readonly string[];
}

/** How an operator registers a tool of an upstream. Part of the release. */
export interface ToolRegistration {
  readonly name: string;
  readonly upstream: string;
  readonly class: ToolClass;
  readonly tags: readonly string[];
  readonly attemptTimeoutMs: number;
  /**
   * The receiver honours our idempotency key, or doing it twice is the same as once: an unknown call may be sent again. Its
   * answer then speaks for every attempt: a failure says that none of them happened, so a receiver that may answer "busy" before
   * it looks at the key is not repeatable.
   */
  readonly repeatable: boolean;
  readonly find?: Find;
  /** Required for `write`. */
  readonly compensation?: Compensation;
  /** Without it a call that failed has failed. */
  readonly retry?: RetryPolicy;
}

/** A registered tool with the definition its upstream gives today, pinned by digest. */
export interface Tool extends ToolRegistration {
  readonly description: string;
  /** JSON Schema 2020-12 of the arguments. Gives shape, never limits. */
  readonly inputSchema: JsonObject;
  /** SHA-256 over the canonical JSON of the upstream's definition and our registration together. */
  readonly digest: Hash;
}
