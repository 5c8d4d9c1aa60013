import type { Actor, Entry } from "@aura/trust";
import { textIn } from "./entry-data.ts";
import { logUnreadable } from "./mission-error.ts";

/** What a stop ends: one mission, all of an agent, all of a namespace. */
export type StopScope = "mission" | "agent" | "namespace";

/** `run`: what was done is undone. `hold`: nothing is sent any more, not even to undo, until a stop with `run`. */
export type StopCompensation = "run" | "hold";

/** The fold of the stops of one stream: nobody takes a stop back, but a later one may change what is done about the past. */
export interface Stop {
  readonly scope: StopScope;
  /** Who ordered the first one. */
  readonly actor: Actor;
  /** What the newest one says. */
  readonly compensation: StopCompensation;
  /** Version of the newest one in its stream. */
  readonly version: number;
}

/** Applies one `stop.ordered`. Pure. @throws `mission/log_unreadable` */
export function foldStop(stop: Stop | undefined, entry: Entry): Stop {
  const compensation = textIn(entry, "compensation");
  if (compensation !== "run" && compensation !== "hold") {
    throw logUnreadable(entry.stream, entry.version, `"${compensation}" is not what a stop may say`);
  }
  const { scope, actor } = stop ?? { scope: textIn(entry, "scope") as StopScope, actor: entry.actor };
  return { scope, actor, compensation, version: entry.version };
}
