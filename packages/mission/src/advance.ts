import type { Answer, EntryDraft, Head, Payload, Read, StreamName } from "@aura/store";
import { chainEntries } from "@aura/store";
import type { Actor } from "@aura/trust";
import { invariant, unreachable, uuidv7 } from "@aura/trust";
import { appendRefused, callsOpen, compensationOpen, unsettled } from "./mission-error.ts";
import type { Standing } from "./mission-log.ts";
import { missionStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import { foldMission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { missionStream } from "./stream-name.ts";
import { isTimeOff } from "./time-off.ts";
import type { MissionEvent } from "./transition.ts";
import { requireEdge } from "./transition.ts";

/** Who walks a mission through its states when nobody else is named. */
export const RUNTIME: Actor = { id: "runtime", custody: "runtime" };

/** How often something is decided again because what it read moved. */
export const DECISIONS_MAX = 4;

/** One transition, ready to be written. */
export interface Step {
  /**
   * Says the entry for the time that it will carry. Asked after everything slow was awaited, so that the time is still the
   * store's when the unit arrives; it may await a signature.
   */
  readonly draft: (timeMs: number) => EntryDraft | Promise<EntryDraft>;
  readonly reads?: readonly Read[];
  readonly payloads?: readonly Payload[];
  /** What else happens in the same unit. */
  readonly others?: readonly { readonly stream: StreamName; readonly head: Head; readonly draft: EntryDraft }[];
}

/** What was found while deciding that another way must be taken. */
export interface Detour {
  readonly instead: () => Promise<Mission>;
}

/**
 * Takes one edge: loads the mission, has `build` decide on it, writes the entry if nothing moved meanwhile. Whoever loses
 * a race folds again and meets `mission/illegal_transition`. A unit that came too late for its time is built again.
 * @throws `mission/not_found`, `mission/illegal_transition`, `mission/calls_open`, `mission/unsettled`, `mission/append_refused`
 */
export async function advance(
  world: MissionWorld,
  id: string,
  edge: MissionEvent["type"],
  build: (standing: Standing<Mission>) => Promise<Step | Detour>,
): Promise<Mission> {
  const stream = missionStream(id);
  for (let turn = 0; turn < DECISIONS_MAX; turn += 1) {
    const standing = await missionStanding(world, id);
    requireEdge(standing.fold, edge);
    const step = await build(standing);
    if ("instead" in step) return step.instead();
    const nowMs = world.store.nowMs();
    const draft = await step.draft(Math.max(nowMs, standing.head.timeMs));
    const unit = uuidv7(nowMs, world.random);
    const writes = [{ stream, head: standing.head, draft }, ...(step.others ?? [])].map((write) => ({
      stream: write.stream,
      after: write.head.version,
      fence: write.head.fence,
      // Each stream has its own last time: a clock that was set back must not carry one stream's into another.
      entries: chainEntries({
        namespace: world.context.namespace,
        stream: write.stream,
        head: write.head,
        unit,
        timeMs: nowMs,
        drafts: [write.draft],
      }),
    }));
    const [answer] = await world.store.append(world.context, [
      { id: unit, writes, reads: step.reads ?? [], payloads: step.payloads ?? [] },
    ]);
    if (isAppended(answer, id)) return writes[0]?.entries.reduce(foldMission, standing.fold) ?? standing.fold;
  }
  throw unsettled(stream);
}

function isAppended(answer: Answer | undefined, id: string): boolean {
  invariant(answer !== undefined, "a store answers every unit");
  switch (answer.kind) {
    case "appended":
      return true;
    case "stale":
    case "moved":
      return false;
    case "fenced":
      throw unsettled(answer.stream);
    case "refused":
      if (answer.code === "mission/calls_open") throw callsOpen(id);
      if (answer.code === "mission/compensation_open") throw compensationOpen(id);
      // A call was parked after the parked ones were listed: list them again.
      if (answer.code === "mission/calls_parked" || isTimeOff(answer)) return false;
      throw appendRefused(missionStream(id), answer.code);
    default:
      return unreachable(answer);
  }
}
