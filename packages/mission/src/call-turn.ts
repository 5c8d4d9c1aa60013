import type { LogStore, StreamName } from "@aura/store";
import type { MissionWorld } from "./mission-world.ts";

const turnsOf = new WeakMap<LogStore, Map<string, Promise<unknown>>>();

/**
 * Lets one presentation of a call at a time pass in this process: the second finds what the first left, so nobody mistakes
 * a call that is being sent for one whose sender died. Between processes the stream's version decides.
 */
export async function inTurn<Result>(
  world: MissionWorld,
  stream: StreamName,
  act: () => Promise<Result>,
): Promise<Result> {
  const turns = turnsOf.get(world.store) ?? new Map<string, Promise<unknown>>();
  turnsOf.set(world.store, turns);
  const key = `${world.context.namespace}\n${stream}`;
  const before = turns.get(key);
  const mine = before === undefined ? act() : before.then(act, act);
  turns.set(key, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === mine) turns.delete(key);
  }
}
