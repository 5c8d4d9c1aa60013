import type { Payload } from "@aura/store";
import type { Actor, JsonObject } from "@aura/trust";
import { hashText, isAuraError, unreachable } from "@aura/trust";
import type { Sent } from "./broker.ts";
import { appendEnd, appendToCall } from "./call-unit.ts";
import type { Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain } from "./call-walk.ts";
import type { Call, CallEnd } from "./call.ts";
import type { Standing } from "./mission-log.ts";
import { callStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import type { NextAttempt } from "./retry.ts";
import { nextAttempt } from "./retry.ts";
import type { RetryPolicy } from "./tool.ts";
import { markUnknown } from "./unknown-call.ts";

/** Characters of a result in canonical form. What answers more has an unknown outcome: nobody can say what the agent saw. */
export const RESULT_LENGTH_MAX = 4_194_304;

/** One attempt whose bytes may have left. */
export interface Attempt {
  readonly standing: Standing<Call>;
  readonly actor: Actor;
  /** The policy that the boundary froze for the tool. */
  readonly retry: RetryPolicy | undefined;
  /** Store time from which nothing of this caller is sent any more. */
  readonly untilMs: number;
  /** An attempt before it may have happened, and was sent again because the receiver takes it twice as once. */
  readonly inDoubt: boolean;
}

/**
 * Unit 2: what one attempt came to, as an entry and as an answer; or when it is tried again. An attempt whose bytes never left
 * says nothing of one before it: while that may have happened, the call's outcome stays unknown.
 */
export async function recordSent(walk: Walk, attempt: Attempt, came: Sent): Promise<Turn> {
  const sent: Sent =
    attempt.inDoubt && came.kind === "not_sent"
      ? { kind: "unknown", reason: `An earlier attempt may have happened, and this one was not sent: ${came.message}` }
      : came;
  const { world, asked, run } = walk;
  const { actor } = attempt;
  let { standing } = attempt;
  const number = standing.fold.attempts;
  const again = nextAttempt({
    policy: attempt.retry,
    call: standing.fold,
    sent,
    nowMs: world.store.nowMs(),
    untilMs: attempt.untilMs,
    random: world.random,
  });
  if (again !== undefined)
    return recordRetry(walk, attempt, { ...again, by: sent.kind === "unknown" ? "class" : "answer" });
  const isLast = attempt.retry !== undefined && standing.fold.class === "read" && sent.kind === "unknown";
  const outcome = outcomeOf(world, isLast ? { kind: "failed", code: "call/no_answer", message: sent.reason } : sent);
  if (outcome.kind === "unknown") {
    return markUnknown(walk, { standing, actor }, outcome.reason);
  }
  for (;;) {
    const { answer } = await appendEnd(
      world,
      standing.fold,
      {
        ...keyOf(asked),
        head: standing.head,
        draft: {
          type: `call.${outcome.end.kind}`,
          actor,
          data: { attempt: number, by: "answer", ...outcome.data },
          payloads: { [outcome.payloadName]: outcome.payload.commitment },
        },
        payloads: [outcome.payload],
      },
      run,
    );
    if (answer.kind === "appended") return { kind: "ended", end: outcome.end };
    if (answer.kind !== "stale" || run !== undefined) return lookAgain(walk, answer);
    const now = await callStanding(world, asked.request.mission, asked.request.key);
    // Somebody gave this very attempt up; we know better. Anything else that stands there stands.
    const stillOurs = now.fold?.attempts === number && (now.fold.state === "unknown" || now.fold.state === "sent");
    if (now.fold === undefined || !stillOurs) return undefined;
    standing = { fold: now.fold, head: now.head };
  }
}

/** The attempt is over and the call is not: another intent follows at the time that is recorded here. */
async function recordRetry(
  walk: Walk,
  { standing, actor }: Attempt,
  next: NextAttempt & { readonly by: "class" | "answer" },
): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = standing;
  const message = sealPayload(world, next.message.toWellFormed());
  const { answer } = await appendToCall(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.retrying",
        actor,
        data: { attempt: call.attempts, code: next.code, by: next.by, nextMs: next.nextMs },
        payloads: { message: message.commitment },
      },
      payloads: [message],
      reads: [],
    },
    run,
  );
  return answer.kind === "appended" ? undefined : lookAgain(walk, answer);
}

type AttemptOutcome =
  | { readonly kind: "unknown"; readonly reason: string }
  | {
      readonly kind: "known";
      readonly end: Exclude<CallEnd, { kind: "denied" }>;
      readonly data: JsonObject;
      readonly payloadName: "result" | "message";
      readonly payload: Payload;
    };

function outcomeOf(world: MissionWorld, sent: Sent): AttemptOutcome {
  switch (sent.kind) {
    case "succeeded":
      try {
        const payload = sealPayload(world, sent.result);
        if (payload.text.length > RESULT_LENGTH_MAX)
          return { kind: "unknown", reason: "Its answer is too long to be kept." };
        const end = { kind: "succeeded", result: sent.result, resultDigest: hashText(payload.text) } as const;
        return { kind: "known", end, data: {}, payloadName: "result", payload };
      } catch (error) {
        if (!isAuraError(error)) throw error;
        return { kind: "unknown", reason: "It answered what cannot be written as JSON." };
      }
    case "failed":
    case "not_sent": {
      const { code, message } = sent;
      const payload = sealPayload(world, message.toWellFormed());
      const end = { kind: "failed", code, message: message.toWellFormed() } as const;
      return { kind: "known", end, data: { code, sent: sent.kind === "failed" }, payloadName: "message", payload };
    }
    case "unknown":
      return sent;
    default:
      return unreachable(sent);
  }
}
