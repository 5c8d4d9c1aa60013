import type { Actor } from "@aura/trust";
import { appendAtHead } from "./append-at-head.ts";
import { approverNotFound } from "./approval-error.ts";
import { mayAnswer } from "./approver.ts";
import { approversStanding } from "./approver-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { CONTROL_STREAM } from "./stream-name.ts";

/**
 * Takes a person's key back: it signs no vote from then on, and votes that it signed and nobody used are void. What was done
 * on them stands. The key is never enrolled again. One unit on `control`; retried until it stands.
 * @throws `mission/approver_not_found` (never enrolled for this person, or revoked before), `mission/append_refused`
 */
export async function revokeApprover(
  world: MissionWorld,
  order: { readonly person: string; readonly kid: string; readonly reason: string; readonly actor: Actor },
): Promise<void> {
  const { person, kid, actor } = order;
  const reason = sealPayload(world, order.reason);
  await appendAtHead(world, CONTROL_STREAM, async () => {
    const { fold: approvers } = await approversStanding(world);
    if (!mayAnswer(approvers, person, kid)) throw approverNotFound(person, kid);
    return {
      draft: { type: "approver.revoked", actor, data: { person, kid }, payloads: { reason: reason.commitment } },
      payloads: [reason],
    };
  });
}
