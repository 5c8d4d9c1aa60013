import { findCall, loadMission, undoneKey } from "@aura/mission";
import type { MissionWorld } from "@aura/mission";
import { callNotUnknown, missionUnknown } from "./runtime-error.ts";

/** Calls that a person may settle by hand. @throws `runtime/mission_unknown`, `runtime/call_not_unknown` */
export async function requireUnknownCall(world: MissionWorld, mission: string, key: string): Promise<void> {
  if ((await loadMission(world, mission)) === undefined) throw missionUnknown(mission);
  if (undoneKey(key) !== undefined) return; // also one that was denied or failed; mission says which may be settled
  const found = await findCall(world, mission, key);
  if (found?.call.state !== "unknown") throw callNotUnknown(mission, key);
}
