import type { Actor, JsonValue } from "@aura/trust";
import { RUNTIME, advance } from "./advance.ts";
import { compensationSummary } from "./compensation-summary.ts";
import { stopped } from "./mission-error.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import type { OutcomeKind } from "./transition.ts";
import { withdrawals } from "./withdrawal.ts";

/** How a run came out, before time has its say. */
export interface Ending {
  readonly kind: OutcomeKind;
  readonly code?: string;
  /** What the agent answered. */
  readonly result?: JsonValue;
  /** Why, in words. */
  readonly cause?: string;
  /** Whose act it is; the mission's agent for SUCCEEDED and FAILED, else the runtime, when nobody is named. */
  readonly actor?: Actor;
}

/**
 * IN_PROGRESS to EXECUTED, when no call is open; calls that wait for people are withdrawn in the same unit. Past the
 * deadline SUCCEEDED and FAILED become EXPIRED. A mission that started to compensate finishes as it said then, whatever
 * `ending` says, and its last entry says what was undone and what stands. One unit.
 * @throws `mission/calls_open`, `mission/compensation_open` (only success leaves what was done), `mission/stopped` (it did not
 * succeed: end it by its stop), `trust/not_json`, and as `advance`
 */
export function finishMission(world: MissionWorld, id: string, ending: Ending): Promise<Mission> {
  const result = ending.result === undefined ? undefined : sealPayload(world, ending.result);
  const cause = ending.cause === undefined ? undefined : sealPayload(world, ending.cause);
  return advance(world, id, "finish", async ({ fold: mission }) => {
    if (mission.stop !== undefined && mission.ending === undefined && ending.kind === "SUCCEEDED") throw stopped(id);
    const withdrawn = await withdrawals(world, id);
    const compensation = mission.ending === undefined ? undefined : await compensationSummary(world, mission);
    return {
      draft: (timeMs) => {
        const { kind, code, actor } = mission.ending ?? inTime(ending, mission, timeMs);
        const why = mission.ending === undefined ? cause?.commitment : mission.ending.cause;
        return {
          type: "mission.finished",
          actor: actor ?? defaultActor(kind, mission),
          data: {
            kind,
            ...(code === undefined ? {} : { code }),
            ...(compensation === undefined ? {} : { compensation }),
          },
          payloads: {
            ...(result === undefined ? {} : { result: result.commitment }),
            ...(why === undefined ? {} : { cause: why }),
          },
        };
      },
      payloads: [
        result,
        mission.ending === undefined ? cause : undefined,
        ...withdrawn.map(({ message }) => message),
      ].filter((payload) => payload !== undefined),
      others: withdrawn,
    };
  });
}

function inTime(ending: Ending, mission: Mission, timeMs: number): Pick<Ending, "kind" | "code" | "actor"> {
  const late = mission.deadlineMs !== undefined && timeMs >= mission.deadlineMs;
  if (late && (ending.kind === "SUCCEEDED" || ending.kind === "FAILED")) {
    return {
      kind: "EXPIRED",
      code: "mission/deadline_passed",
      ...(ending.actor === undefined ? {} : { actor: ending.actor }),
    };
  }
  return ending;
}

function defaultActor(kind: OutcomeKind, mission: Mission): Actor {
  return kind === "SUCCEEDED" || kind === "FAILED" ? { id: mission.agent, custody: "runtime" } : RUNTIME;
}
