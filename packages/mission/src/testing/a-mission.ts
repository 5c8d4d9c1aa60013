import type { JsonObject } from "@aura/trust";
import type { Mission, MissionDefinition, MissionState } from "../index.ts";
import {
  abandonMission,
  approveMission,
  createMission,
  finishMission,
  parseDefinition,
  planMission,
  queueMission,
  requestApproval,
  sealMission,
  startMission,
} from "../index.ts";
import type { TestWorld } from "./a-world.ts";
import { AN_AGENT, AN_OWNER } from "./a-world.ts";

/** A valid definition over `read_note` and `write_note`, ten minutes, L1; `override` replaces members as they are written. */
export function aDefinition(override: JsonObject = {}): MissionDefinition {
  return parseDefinition({
    objective: "Sum the invoices and write a report.",
    tools: ["read_note", "write_note"],
    authority: "L1",
    timeout: "PT10M",
    ...override,
  });
}

type Step = (world: TestWorld, id: string) => Promise<Mission>;

const STEPS: readonly (readonly [MissionState, Step])[] = [
  ["PLANNING", planMission],
  ["WAITING_APPROVAL", requestApproval],
  ["APPROVED", approveMission],
  ["PENDING_EXECUTION", queueMission],
  ["IN_PROGRESS", startMission],
  ["EXECUTED", (world, id) => finishMission(world, id, { kind: "SUCCEEDED", result: { total: "42.00" } })],
  ["CLOSED", sealMission],
];

/** A mission walked to `state` (IN_PROGRESS unless told otherwise), entry by entry. */
export async function aMission(
  world: TestWorld,
  options: { readonly state?: MissionState; readonly definition?: MissionDefinition; readonly agent?: string } = {},
): Promise<Mission> {
  const { state = "IN_PROGRESS", definition = aDefinition(), agent = AN_AGENT } = options;
  const mission = await createMission(world, { definition, agent, actor: AN_OWNER });
  return walkMission(world, mission, state);
}

/** Walks a mission on from wherever it stands. */
export async function walkMission(world: TestWorld, from: Mission, to: MissionState): Promise<Mission> {
  let mission = from;
  while (mission.state !== to) {
    const next = STEPS[STEPS.findIndex(([state]) => state === mission.state) + 1];
    if (next === undefined) throw new Error(`a mission in ${mission.state} does not come to ${to}`);
    mission = await next[1](world, mission.id);
  }
  return mission;
}

export async function anAbandonedMission(world: TestWorld, state: MissionState): Promise<Mission> {
  const { id } = await aMission(world, { state });
  return abandonMission(world, id, { kind: "CANCELLED", cause: "mission/cancelled", actor: AN_OWNER });
}
