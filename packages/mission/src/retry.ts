import type { Random } from "@aura/trust";
import type { Sent } from "./broker.ts";
import type { Call } from "./call.ts";
import type { RetryPolicy } from "./tool.ts";

/** A failure that another attempt follows, and when. */
export interface NextAttempt {
  readonly code: string;
  readonly message: string;
  readonly nextMs: number;
}

/**
 * How an undo whose bytes never left the process is tried again where its tool says nothing else: somebody waits for it, and
 * nothing happened. Every attempt is an entry, like any.
 */
export const UNDO_RETRY: RetryPolicy = {
  attempts: 5,
  initialMs: 1_000,
  factor: 4,
  maxMs: 60_000,
  jitter: 0,
  totalMs: 600_000,
};

/**
 * When a failed attempt is tried again, if it is: never when something may have happened, unless the tool only reads; never
 * past the attempts, the total time or `untilMs`; never for a code that the policy names. Pure but for the dice.
 */
export function nextAttempt(situation: {
  readonly policy: RetryPolicy | undefined;
  /** The call as it stands: its newest attempt has just come to `sent`. */
  readonly call: Call;
  readonly sent: Sent;
  readonly nowMs: number;
  /** Store time from which nothing is sent any more. */
  readonly untilMs: number;
  readonly random: Random;
}): NextAttempt | undefined {
  const { policy, call, sent, nowMs } = situation;
  const failure = failureOf(call, sent);
  if (policy === undefined || failure === undefined) return undefined;
  if (call.attempts >= policy.attempts || policy.never?.includes(failure.code) === true) return undefined;
  const nextMs = nowMs + delayMs(policy, call.attempts, situation.random);
  const lastMs = Math.min((call.firstSentMs ?? nowMs) + policy.totalMs, situation.untilMs - 1);
  return nextMs > lastMs ? undefined : { ...failure, nextMs };
}

/** What failed without a trace in the world; `undefined` if nobody can say so. */
function failureOf(call: Call, sent: Sent): Omit<NextAttempt, "nextMs"> | undefined {
  switch (sent.kind) {
    case "failed":
    case "not_sent":
      return { code: sent.code, message: sent.message };
    case "unknown":
      return call.class === "read" ? { code: "call/no_answer", message: sent.reason } : undefined;
    case "succeeded":
      return undefined;
  }
}

/** From the end of attempt `attempt` to the next one, whole milliseconds. Jitter only shortens: `maxMs` is a ceiling. */
export function delayMs(policy: RetryPolicy, attempt: number, random: Random): number {
  const { initialMs, factor, maxMs, jitter } = policy;
  const plain = Math.min(maxMs, initialMs * factor ** (attempt - 1));
  return Math.ceil(plain * (1 - jitter * fraction(random)));
}

/** From 0 up to, not including, 1. */
function fraction(random: Random): number {
  const [high = 0, middle = 0, low = 0] = random.bytes(3);
  return (high * 65_536 + middle * 256 + low) / 16_777_216;
}
