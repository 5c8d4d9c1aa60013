import type { Denial } from "./call-code.ts";
import { appendEnd } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain } from "./call-walk.ts";
import type { Call } from "./call.ts";
import { decidedMembers } from "./decision-record.ts";
import type { Decided } from "./decision-record.ts";
import { sealPayload, sealText } from "./payload.ts";
import { leaveToPerson } from "./unknown-call.ts";

/**
 * Ends the call without sending it. A call that was never sent is `denied`. One that was sent is `failed` if nothing can
 * have happened (a `read`, a failure that was to be tried again, or `find` said absent); else nobody may call it off: it is
 * left to a person.
 */
export async function refuseCall(walk: Walk, scene: Scene, why: Denial, decided?: Decided): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  const open = call !== undefined && call.state !== "parked";
  const by = open ? certainBy(walk, call) : undefined;
  if (open && by === undefined) {
    return leaveToPerson(walk, scene, why.message);
  }
  const message = sealPayload(world, why.message);
  const first = call === undefined ? [sealText(asked.request.nonce, asked.text)] : [];
  const code = why.code;
  const { answer } = await appendEnd(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: open
        ? {
            type: "call.failed",
            actor: scene.actor,
            data: { attempt: call.attempts, code, by: by ?? "find" },
            payloads: { message: message.commitment },
          }
        : {
            type: "call.denied",
            actor: scene.actor,
            data: {
              tool: asked.request.tool,
              code,
              parked: call?.state === "parked",
              ...(decided === undefined ? {} : decidedMembers(decided, scene.nonce)),
            },
            payloads: {
              arguments: call?.arguments ?? asked.commitment,
              message: message.commitment,
            },
          },
      payloads: [...first, message],
    },
    run,
  );
  if (answer.kind !== "appended") return lookAgain(walk, answer);
  if (open) return { kind: "ended", end: { kind: "failed", code, message: why.message } };
  return { kind: "ended", end: { kind: "denied", code, message: why.message, rules: decided?.decision.rules ?? [] } };
}

/** Who knows that nothing happened; `undefined` if nobody does. */
function certainBy(walk: Walk, call: Call): "class" | "retry" | "find" | undefined {
  if (call.class === "read") return "class";
  if (call.state === "retrying") return "retry";
  return walk.absentAttempt === call.attempts ? "find" : undefined;
}
