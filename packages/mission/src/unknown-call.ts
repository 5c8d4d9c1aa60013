import type { Actor } from "@aura/trust";
import { invariant } from "@aura/trust";
import { appendToCall } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain } from "./call-walk.ts";
import type { Call } from "./call.ts";
import type { Standing } from "./mission-log.ts";
import { sealPayload } from "./payload.ts";

/** Nobody but a person can tell what came of the call: it is marked unknown, and from then on it waits for one. */
export async function leaveToPerson(walk: Walk, scene: Scene, reason: string): Promise<Turn> {
  const { fold: call, head } = scene.call;
  invariant(call !== undefined, "only a call that was sent has an unknown outcome");
  if (call.state === "sent") return markUnknown(walk, { standing: { fold: call, head }, actor: scene.actor }, reason);
  return { kind: "waits", for: "person", untilMs: scene.evidence.mission.deadlineMs ?? 0 };
}

/** Records that an attempt's outcome is not known. What happens next is the next turn's to say. */
export async function markUnknown(
  walk: Walk,
  attempt: { readonly standing: Standing<Call>; readonly actor: Actor },
  why: string,
): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = attempt.standing;
  const reason = sealPayload(world, why.toWellFormed());
  const { answer } = await appendToCall(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.unknown",
        actor: attempt.actor,
        data: { attempt: call.attempts },
        payloads: { reason: reason.commitment },
      },
      payloads: [reason],
      reads: [],
    },
    run,
  );
  return answer.kind === "appended" ? undefined : lookAgain(walk, answer);
}
