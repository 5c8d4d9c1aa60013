import type { StreamName } from "@aura/store";
import type { Actor } from "@aura/trust";
import { appendAtHead } from "./append-at-head.ts";
import { cutHalted } from "./in-flight.ts";
import { illegalTransition, malformedName, missionNotFound } from "./mission-error.ts";
import { missionStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import type { StopCompensation, StopScope } from "./stop-order.ts";
import { CONTROL_STREAM, agentStream, isAgentName, isMissionId, missionStream } from "./stream-name.ts";

/** Who stops, why, and what becomes of what was done already. */
export interface StopOrder {
  readonly compensation: StopCompensation;
  /** For people; kept as a payload. */
  readonly reason: string;
  readonly actor: Actor;
}

/**
 * Stops one mission: when this resolves, no call of its agent is sent any more, on any node, those that this process has in flight
 * are cut, and it outlives a restart. The mission ends CANCELLED if its creator ordered it, else STOPPED; with `hold` not before a stop with `run`, or a person,
 * settled what it did. Retried until it stands. One unit.
 * @throws `mission/not_found`, `mission/illegal_transition` (it came out already), `mission/append_refused`, `mission/unsettled`
 */
export async function stopMission(world: MissionWorld, order: StopOrder & { readonly mission: string }): Promise<void> {
  if (!isMissionId(order.mission)) throw missionNotFound(order.mission);
  return stop(world, missionStream(order.mission), "mission", order, async () => {
    const { fold: mission } = await missionStanding(world, order.mission);
    if (mission.state === "EXECUTED" || mission.state === "CLOSED") throw illegalTransition(mission, { type: "stop" });
  });
}

/**
 * Stops everything that an agent does, now and later: nothing reopens it yet. Its missions end STOPPED as `stopMission` says.
 * @throws `mission/invalid_argument`, `mission/append_refused`, `mission/unsettled`
 */
export async function stopAgent(world: MissionWorld, order: StopOrder & { readonly agent: string }): Promise<void> {
  if (!isAgentName(order.agent)) throw malformedName("agent");
  return stop(world, agentStream(order.agent), "agent", order);
}

/** Stops everything of the namespace, now and later, as `stopAgent` does for one agent. */
export function stopNamespace(world: MissionWorld, order: StopOrder): Promise<void> {
  return stop(world, CONTROL_STREAM, "namespace", order);
}

/** Every intent reads the stream that this writes: one that was decided before it is `moved`, and decided again. */
async function stop(
  world: MissionWorld,
  stream: StreamName,
  scope: StopScope,
  { compensation, reason: why, actor }: StopOrder,
  requireOpen: () => Promise<void> = async () => undefined,
): Promise<void> {
  const reason = sealPayload(world, why.toWellFormed());
  await appendAtHead(world, stream, async () => {
    await requireOpen();
    const payloads = { reason: reason.commitment };
    return { draft: { type: "stop.ordered", actor, data: { scope, compensation }, payloads }, payloads: [reason] };
  });
  await cutHalted(world);
}
