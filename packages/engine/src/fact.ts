import type { JsonValue } from "@aura/trust";
import { unreachable } from "@aura/trust";
import type { Ask } from "./ask.ts";
import { type Failure, callDenied, callFailed, stepFailed } from "./operation-failed.ts";

/** One answer to the agent function, as the run's stream holds it. */
export interface Fact {
  readonly operation: number;
  readonly ask: Ask;
  /** Store time of its entry. */
  readonly timeMs: number;
  readonly outcome: Outcome;
}

export type Outcome =
  /** Canonical JSON; `null` for a step that returned nothing. */
  | { readonly kind: "returned"; readonly text: string | null }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "denied"; readonly failure: Failure }
  | { readonly kind: "woke" }
  /** The payload was destroyed. */
  | { readonly kind: "erased" };

/** How the two ends of a promise are reached. */
export interface Settle {
  resolve(value: JsonValue | undefined): void;
  reject(error: Error): void;
}

/** Gives the function what was recorded: parsed anew from the record, live and in replay, so both see the same bytes. */
export function settleWith({ ask, outcome }: Fact, settle: Settle): void {
  switch (outcome.kind) {
    case "returned":
      return settle.resolve(outcome.text === null ? undefined : (JSON.parse(outcome.text) as JsonValue));
    case "failed":
      return settle.reject(
        ask.kind === "call" ? callFailed(ask.name, outcome.failure) : stepFailed(ask.name, outcome.failure),
      );
    case "denied":
      return settle.reject(callDenied(ask.name, outcome.failure));
    case "woke":
      return settle.resolve(undefined);
    case "erased":
      return;
    default:
      return unreachable(outcome);
  }
}
