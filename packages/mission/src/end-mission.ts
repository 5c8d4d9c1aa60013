import { isAuraError } from "@aura/trust";
import { DECISIONS_MAX } from "./advance.ts";
import type { CompensationWaits, PresentUndo } from "./compensate-mission.ts";
import { compensateMission } from "./compensate-mission.ts";
import type { Ending } from "./finish-mission.ts";
import { finishMission } from "./finish-mission.ts";
import { unsettled } from "./mission-error.ts";
import { missionStanding } from "./mission-log.ts";
import { openCallsCounter, undoDueCounter } from "./mission-projection.ts";
import type { Mission, RecordedEnding } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { startCompensation } from "./start-compensation.ts";
import { missionStream } from "./stream-name.ts";

/**
 * Ends a mission that does not succeed: what it did is undone first, if it did anything, then it finishes with what was and
 * what was not undone in its last entry. Called again after a crash or a wait it goes on; an ending that is recorded already
 * wins over `ending`. Answers the mission in EXECUTED, or what it waits for in IN_PROGRESS.
 * @throws as `startCompensation`, `compensateMission` and `finishMission`
 */
export async function endMission(
  world: MissionWorld,
  id: string,
  ending: Ending & Pick<RecordedEnding, "kind">,
  present: PresentUndo,
): Promise<Mission | CompensationWaits> {
  for (let turn = 0; turn < DECISIONS_MAX; turn += 1) {
    const { fold: mission } = await missionStanding(world, id);
    if (mission.ending !== undefined || (await hasDone(world, id))) {
      await startCompensation(world, id, ending);
      const answer = await compensateMission(world, id, present);
      if (answer.kind === "waits") return answer;
    }
    try {
      return await finishMission(world, id, ending);
    } catch (error) {
      // A call of an outside agent was sent or came out since the counters were read.
      if (!isAuraError(error, "mission/compensation_open") && !isAuraError(error, "mission/calls_open")) throw error;
    }
  }
  throw unsettled(missionStream(id));
}

/** Two counters. */
async function hasDone({ store, context }: MissionWorld, id: string): Promise<boolean> {
  const counters = [undoDueCounter(id), openCallsCounter(id)];
  const counts = await Promise.all(counters.map((counter) => store.counter(context, counter)));
  return counts.some((count) => count !== 0);
}
