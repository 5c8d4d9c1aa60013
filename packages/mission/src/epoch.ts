import type { Actor } from "@aura/trust";
import { appendAtHead } from "./append-at-head.ts";
import { cutHalted } from "./in-flight.ts";
import { illegalTransition, malformedName, missionNotFound } from "./mission-error.ts";
import { missionStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { CONTROL_STREAM, agentStream, isAgentName, isMissionId, missionStream } from "./stream-name.ts";

/** Whose authority is taken back. */
export type EpochScope =
  | { readonly kind: "org" | "namespace" }
  | { readonly kind: "agent"; readonly agent: string }
  | { readonly kind: "mission"; readonly mission: string };

/**
 * Takes back every token and credential of a scope: its epoch rises by one, on a stream that every intent reads, so no call
 * is sent on an earlier one after this resolves, and those that this process has in flight are cut. The reason is kept as a payload. Retried until it stands. One unit.
 * @throws `mission/not_found`, `mission/invalid_argument`, `mission/illegal_transition` (the mission came out: there is nothing
 * left to take back), `mission/append_refused`, `mission/unsettled`
 */
export async function raiseEpoch(
  world: MissionWorld,
  scope: EpochScope,
  order: { readonly reason: string; readonly actor: Actor },
): Promise<void> {
  const reason = sealPayload(world, order.reason.toWellFormed());
  await appendAtHead(world, streamOf(scope), async () => {
    // Asked after the head was read: if the mission came out before, it is seen; if after, the write is stale.
    if (scope.kind === "mission") await requireOpen(world, scope.mission);
    const payloads = { reason: reason.commitment };
    const draft = { type: "epoch.raised", actor: order.actor, data: { scope: scope.kind }, payloads };
    return { draft, payloads: [reason] };
  });
  await cutHalted(world);
}

async function requireOpen(world: MissionWorld, id: string): Promise<void> {
  const { fold: mission } = await missionStanding(world, id);
  if (mission.state === "EXECUTED" || mission.state === "CLOSED") {
    throw illegalTransition(mission, { type: "raise_epoch" });
  }
}

function streamOf(scope: EpochScope): string {
  switch (scope.kind) {
    case "org":
    case "namespace":
      return CONTROL_STREAM;
    case "agent":
      if (!isAgentName(scope.agent)) throw malformedName("agent");
      return agentStream(scope.agent);
    case "mission":
      if (!isMissionId(scope.mission)) throw missionNotFound(scope.mission);
      return missionStream(scope.mission);
  }
}
