import type { Payload } from "@aura/store";
import type { JsonObject } from "@aura/trust";
import { hashText, invariant } from "@aura/trust";
import { callApprovalText } from "./approval-text.ts";
import { poolFor, unreachableCode } from "./asked-approval.ts";
import { denial } from "./call-code.ts";
import { appendOnce } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain } from "./call-walk.ts";
import type { CallVerdict } from "./decide-call.ts";
import { decidedMembers } from "./decision-record.ts";
import { readsOf } from "./evidence.ts";
import type { Level } from "./level.ts";
import { reaches } from "./level.ts";
import { definitionOf } from "./mission-log.ts";
import { sealPayload, sealText } from "./payload.ts";
import { refuseCall } from "./refuse-call.ts";

type Escalated = Extract<CallVerdict, { kind: "escalated" }>;

/**
 * ESCALATE: the call waits on its own stream, until people decide or its time is over; the text that they are shown is stored
 * with it. A parked call that now needs a higher level is asked anew at that level, and keeps its time: votes over what was
 * asked before do not count for it, and both requests stay in the log. What nobody can ever answer is denied at once.
 */
export async function parkCall(walk: Walk, scene: Scene, verdict: Escalated): Promise<Turn> {
  const { world } = walk;
  const { decided, request } = verdict;
  const { fold: call } = scene.call;
  const { level = "L4" } = decided.decision;
  if (call !== undefined && call.state !== "parked") {
    return refuseCall(walk, scene, denial("mission/approval_required"), decided);
  }
  const before = call?.asked;
  if (before !== undefined && reaches(before.level, level)) {
    return { kind: "waits", for: "approval", untilMs: before.untilMs };
  }
  const pool = poolFor(world, { request, level, createdBy: scene.evidence.mission.createdBy });
  if (pool.kind === "unreachable") return refuseCall(walk, scene, denial(unreachableCode(pool)), decided);
  const untilMs = before?.untilMs ?? world.store.nowMs() + world.defaults.approvalWindowMs;
  return ask(walk, scene, { verdict, level, untilMs });
}

async function ask(
  walk: Walk,
  scene: Scene,
  { verdict, level, untilMs }: { readonly verdict: Escalated; readonly level: Level; readonly untilMs: number },
): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  const text = await textOf(walk, scene, { verdict, level, untilMs });
  const shown = sealPayload(world, text);
  const before = call?.asked;
  const data: JsonObject = {
    tool: asked.request.tool,
    level,
    shown: hashText(text),
    untilMs,
    ...decidedMembers(verdict.decided, scene.nonce),
    ...(before === undefined ? {} : { before: { level: before.level, shown: before.shown } }),
  };
  const payloads: readonly Payload[] =
    call === undefined ? [sealText(asked.request.nonce, asked.text), shown] : [shown];
  const { answer } = await appendOnce(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: call === undefined ? "call.parked" : "call.raised",
        actor: scene.actor,
        data,
        payloads: { arguments: call?.arguments ?? asked.commitment, shown: shown.commitment },
      },
      payloads,
      reads: readsOf(scene.evidence),
    },
    run,
  );
  if (answer.kind === "appended") return { kind: "waits", for: "approval", untilMs };
  return lookAgain(walk, answer);
}

async function textOf(
  { world, asked: { request } }: Walk,
  { evidence, bound, nonce }: Scene,
  { verdict, level, untilMs }: { readonly verdict: Escalated; readonly level: Level; readonly untilMs: number },
): Promise<string> {
  invariant(bound !== undefined, "admission lets only a pinned tool pass");
  const { rules, release } = verdict.decided.decision;
  const { definition } = await definitionOf(world, evidence.mission);
  return callApprovalText({
    namespace: world.context.namespace,
    mission: evidence.mission.id,
    objective: definition.objective,
    agent: evidence.caller,
    call: request.key,
    tool: bound,
    arguments: request.arguments,
    level,
    rules: world.governor.reasons(rules, release),
    untilMs,
    nonce,
  });
}
