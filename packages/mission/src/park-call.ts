import { denial } from "./call-code.ts";
import { sealText } from "./payload.ts";
import { appendOnce } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain } from "./call-walk.ts";
import { recordOf } from "./decision-record.ts";
import { readsOf } from "./evidence.ts";
import type { Decision } from "./governor.ts";
import { refuseCall } from "./refuse-call.ts";

/** ESCALATE: the call waits on its own stream, until a person decides or its time is over. */
export async function parkCall(walk: Walk, scene: Scene, decision: Decision): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  if (call?.state === "parked") return { kind: "waits", for: "approval", untilMs: call.untilMs ?? 0 };
  if (call !== undefined) return refuseCall(walk, scene, denial("mission/approval_required"), decision);
  const untilMs = world.store.nowMs() + world.defaults.approvalWindowMs;
  const { answer } = await appendOnce(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.parked",
        actor: scene.actor,
        data: {
          tool: asked.request.tool,
          level: decision.level ?? null,
          untilMs,
          decision: recordOf(decision, scene.nonce),
        },
        payloads: { arguments: asked.commitment },
      },
      payloads: [sealText(asked.request.nonce, asked.text)],
      reads: readsOf(scene.evidence),
    },
    run,
  );
  if (answer.kind === "appended") return { kind: "waits", for: "approval", untilMs };
  return lookAgain(walk, answer);
}
