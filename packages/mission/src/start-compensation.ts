import { RUNTIME } from "./advance.ts";
import { appendAtHead } from "./append-at-head.ts";
import type { Ending } from "./finish-mission.ts";
import { illegalTransition } from "./mission-error.ts";
import { missionStanding } from "./mission-log.ts";
import type { Mission, RecordedEnding } from "./mission.ts";
import { COMPENSATION_GRACE_MS } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { missionStream } from "./stream-name.ts";
import { withdrawals } from "./withdrawal.ts";

/**
 * Records how a mission will end, and that from now on it only undoes what it did: no call of its agent is sent after this
 * entry, so what there is to undo cannot grow, and its calls that wait for people are withdrawn in the same unit: nobody is asked
 * about them any more. The first ending stands; asked again, nothing is written. One unit.
 * @throws `mission/not_found`, `mission/illegal_transition`, `mission/append_refused`, `mission/unsettled`
 */
export async function startCompensation(
  world: MissionWorld,
  id: string,
  ending: Ending & Pick<RecordedEnding, "kind">,
): Promise<Mission> {
  const cause = ending.cause === undefined ? undefined : sealPayload(world, ending.cause.toWellFormed());
  await appendAtHead(world, missionStream(id), async () => {
    const { fold: mission } = await missionStanding(world, id);
    if (mission.state !== "IN_PROGRESS") throw illegalTransition(mission, { type: "compensate" });
    if (mission.ending !== undefined) return undefined;
    const { kind, code } = ending;
    const untilMs = Math.max(mission.deadlineMs ?? 0, world.store.nowMs()) + COMPENSATION_GRACE_MS;
    const withdrawn = await withdrawals(world, id);
    return {
      draft: {
        type: "compensation.started",
        actor: ending.actor ?? (kind === "FAILED" ? { id: mission.agent, custody: "runtime" } : RUNTIME),
        data: { kind, untilMs, ...(code === undefined ? {} : { code }) },
        payloads: cause === undefined ? {} : { cause: cause.commitment },
      },
      payloads: [...(cause === undefined ? [] : [cause]), ...withdrawn.map(({ message }) => message)],
      others: withdrawn,
      // A call was parked after the parked ones were listed: list them again.
      again: ["mission/calls_parked"],
    };
  });
  return (await missionStanding(world, id)).fold;
}
