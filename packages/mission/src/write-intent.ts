import type { JsonObject } from "@aura/trust";
import type { ApprovalInUse } from "./approval-in-use.ts";
import type { CallWritten } from "./call-unit.ts";
import { appendOnce } from "./call-unit.ts";
import type { Scene, Walk } from "./call-walk.ts";
import { keyOf } from "./call-walk.ts";
import { decidedMembers } from "./decision-record.ts";
import type { Decided } from "./decision-record.ts";
import { readsOf } from "./evidence.ts";
import { sealPayload, sealText } from "./payload.ts";
import { insteadOf, reserving } from "./reservation.ts";
import type { Tool } from "./tool.ts";

/** Unit 1: who, what, with which arguments and proof, by which decision. It stands only while what was read stands. */
export async function writeIntent(
  walk: Walk,
  scene: Scene,
  intent: {
    readonly tool: Tool;
    readonly decided: Decided;
    readonly sendByMs: number;
    readonly idempotencyKey: string;
    /** Whose votes, over this very call, it uses. */
    readonly approval: Pick<ApprovalInUse, "votes" | "quorum">;
  },
): Promise<CallWritten> {
  const { world, asked, run } = walk;
  const { evidence, verified } = scene;
  const { fold: call, head } = scene.call;
  const { tool } = intent;
  const proof = sealPayload(world, asked.request.presented.proof);
  const data: JsonObject = {
    tool: tool.name,
    digest: tool.digest,
    class: tool.class,
    attempt: (call?.attempts ?? 0) + 1,
    parked: call?.state === "parked",
    idempotencyKey: intent.idempotencyKey,
    ...decidedMembers(intent.decided, scene.nonce),
    sendByMs: intent.sendByMs,
    attemptTimeoutMs: tool.attemptTimeoutMs,
    boundary: evidence.mission.boundary ?? null,
    ...votesIn(intent.approval),
    ...reserving(intent.decided.decision.reservations),
    ...(call !== undefined && walk.absentAttempt === call.attempts ? insteadOf(call.reservations) : {}),
    credential: verified.credential,
    token: verified.token,
    instance: verified.instance,
    ...undoing(scene, tool),
  };
  return appendOnce(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.sent",
        actor: scene.actor,
        data,
        payloads: { arguments: call?.arguments ?? asked.commitment, proof: proof.commitment },
      },
      // A call that stood before has its arguments stored already.
      payloads: call === undefined ? [sealText(asked.request.nonce, asked.text), proof] : [proof],
      reads: readsOf(evidence),
    },
    run,
  );
}

/** The votes that it makes used, by version in this stream, and how many had to agree. */
function votesIn({ votes, quorum }: Pick<ApprovalInUse, "votes" | "quorum">): JsonObject {
  return votes.length === 0 || quorum === undefined ? {} : { votes, quorum };
}

/** How a write is undone, pinned by the boundary; or which call this one undoes. */
function undoing({ bound, undo }: Scene, tool: Tool): JsonObject {
  if (undo !== undefined) return { compensates: undo.original.key };
  if (tool.compensation === undefined || bound?.compensation === undefined || bound.compensation === null) return {};
  const { tool: name, digest } = bound.compensation;
  return { compensation: { tool: name, digest, arguments: tool.compensation.arguments as JsonObject } };
}
