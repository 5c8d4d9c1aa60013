import type { JsonObject } from "@aura/trust";
import { callRows } from "./call-rows.ts";
import { leavesUndo } from "./call.ts";
import { callStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import { newestUndoKey } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { undoneKey } from "./stream-name.ts";

/** Keys that a list in a mission's last entry names; the counts count them all. */
export const KEYS_NAMED_MAX = 100;

/**
 * What became of everything that a mission did, for its last entry: how many calls were undone, by AURA or by hand; how many
 * stand, because a person said so, because they are irreversible, or because nobody can tell what they did. Those that stand
 * are named. O(calls of the mission).
 */
export async function compensationSummary(world: MissionWorld, mission: Mission): Promise<JsonObject> {
  const found: Record<"undone" | "undoneByHand" | "stands" | "irreversible" | "unresolved", string[]> = {
    undone: [],
    undoneByHand: [],
    stands: [],
    irreversible: [],
    unresolved: [],
  };
  for await (const { key, state } of callRows(world, mission.id)) {
    if (undoneKey(key) !== undefined) continue;
    if (state === "unresolved") found.unresolved.push(key);
    if (state !== "succeeded") continue;
    const { fold: call } = await callStanding(world, mission.id, key);
    if (call?.class === "irreversible") found.irreversible.push(key);
    if (call === undefined || !leavesUndo(call)) continue;
    const said = mission.undoSaid?.[key];
    const { fold: undoing } = await callStanding(world, mission.id, newestUndoKey(mission, key));
    if (undoing?.state === "succeeded") found.undone.push(key);
    else if (said === "undone") found.undoneByHand.push(key);
    else found.stands.push(key);
  }
  const { undone, undoneByHand, stands, irreversible, unresolved } = found;
  return {
    undone: undone.length,
    undoneByHand: undoneByHand.length,
    stands: stands.length,
    irreversible: irreversible.length,
    unresolved: unresolved.length,
    standing: [...stands, ...irreversible, ...unresolved].toSorted().slice(0, KEYS_NAMED_MAX),
  };
}
