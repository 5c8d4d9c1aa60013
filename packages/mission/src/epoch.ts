import { chainEntries } from "@aura/store";
import type { Actor } from "@aura/trust";
import { invariant, uuidv7 } from "@aura/trust";
import { appendRefused, illegalTransition, malformedName, missionNotFound, unsettled } from "./mission-error.ts";
import { missionStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { CONTROL_STREAM, agentStream, isAgentName, isMissionId, missionStream } from "./stream-name.ts";
import { isTimeOff } from "./time-off.ts";

/** Whose authority is taken back. */
export type EpochScope =
  | { readonly kind: "org" | "namespace" }
  | { readonly kind: "agent"; readonly agent: string }
  | { readonly kind: "mission"; readonly mission: string };

/** Taking authority back must not lose to a crowd of writers; this many races in a row do not happen by chance. */
const TURNS_MAX = 10_000;

/**
 * Takes back every token and credential of a scope: its epoch rises by one, on a stream that every intent reads, so no call
 * is sent on an earlier one after this resolves. Retried until it stands. One unit.
 * @throws `mission/not_found`, `mission/invalid_argument`, `mission/illegal_transition` (the mission came out: there is nothing
 * left to take back), `mission/append_refused`, `mission/unsettled`
 */
export async function raiseEpoch(
  world: MissionWorld,
  scope: EpochScope,
  order: { readonly reason: string; readonly actor: Actor },
): Promise<void> {
  const stream = streamOf(scope);
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const head = await world.store.head(world.context, stream);
    // Read after the head: if the mission came out before this, it is seen; if after, the write is stale.
    if (scope.kind === "mission") await requireOpen(world, scope.mission);
    const nowMs = world.store.nowMs();
    const unit = uuidv7(nowMs, world.random);
    const entries = chainEntries({
      namespace: world.context.namespace,
      stream,
      head,
      unit,
      timeMs: nowMs,
      drafts: [{ type: "epoch.raised", actor: order.actor, data: { scope: scope.kind, reason: order.reason } }],
    });
    const [answer] = await world.store.append(world.context, [
      { id: unit, writes: [{ stream, after: head.version, fence: head.fence, entries }], reads: [], payloads: [] },
    ]);
    invariant(answer !== undefined, "a store answers every unit");
    if (answer.kind === "appended") return;
    if (answer.kind === "refused" && !isTimeOff(answer)) throw appendRefused(stream, answer.code);
  }
  throw unsettled(stream);
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
