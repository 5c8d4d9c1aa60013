import type { Head, LogStore, StreamName } from "@aura/store";
import type { Actor } from "@aura/trust";
import { invariant } from "@aura/trust";
import { KeptNewest } from "./kept-newest.ts";
import { FOLDS_KEPT_MAX } from "./mission-log.ts";
import { stopCounter } from "./mission-projection.ts";
import type { MissionWorld } from "./mission-world.ts";
import type { Stop, StopCompensation, StopScope } from "./stop-order.ts";
import { foldStop } from "./stop-order.ts";

/** All stops that a mission is under, as one: that of the narrowest scope names who ended it, the newest what becomes of the past. */
export interface StandingStop {
  readonly scope: StopScope;
  readonly actor: Actor;
  readonly compensation: StopCompensation;
}

/** A scope's stop, and the stream that it stands on. */
export interface ScopeStop {
  readonly stream: StreamName;
  readonly stop: Stop;
}

/** Stops of wider scopes are never taken from a cache without a look at the head that they stand for. */
const stopsOf = new WeakMap<LogStore, KeptNewest<string, { readonly head: Head; readonly stop: Stop | undefined }>>();

/** The stop that stands on an agent's stream or `control`. One counter when the head moved, the stream itself if it stopped. */
export async function stopAt(world: MissionWorld, stream: StreamName, head: Head): Promise<Stop | undefined> {
  if (head.version === 0) return undefined;
  const known =
    stopsOf.get(world.store) ??
    new KeptNewest<string, { readonly head: Head; readonly stop: Stop | undefined }>(FOLDS_KEPT_MAX);
  stopsOf.set(world.store, known);
  const key = `${world.context.namespace}\n${stream}`;
  const kept = known.get(key);
  if (kept?.head.hash === head.hash) return kept.stop;
  const isStopped = (await world.store.counter(world.context, stopCounter(stream))) > 0;
  const stop = isStopped ? await readStop(world, stream) : undefined;
  known.set(key, { head, stop });
  return stop;
}

async function readStop(world: MissionWorld, stream: StreamName): Promise<Stop | undefined> {
  let stop: Stop | undefined;
  for await (const entry of world.store.read(world.context, stream, 0)) {
    if (entry.type === "stop.ordered") stop = foldStop(stop, entry);
  }
  return stop;
}

/** Folds the stops of the scopes that a mission is in; the order of the log tells which is the newest. */
export async function standingStop(
  world: MissionWorld,
  scopes: readonly (ScopeStop | undefined)[],
): Promise<StandingStop | undefined> {
  const stops = scopes.filter((scope) => scope !== undefined);
  const [first] = stops;
  if (first === undefined) return undefined;
  if (stops.length === 1) return plain(first.stop, first.stop.compensation);
  const placed = await Promise.all(
    stops.map(async ({ stream, stop }) => {
      const seq = await world.store.position(world.context, stream, stop.version);
      invariant(seq !== undefined, "a stop that is read has a position");
      return { seq, stop };
    }),
  );
  const newest = placed.reduce((left, right) => (right.seq > left.seq ? right : left));
  // The narrowest scope names who ended it: it was meant in person.
  return plain(first.stop, newest.stop.compensation);
}

function plain({ scope, actor }: Stop, compensation: StopCompensation): StandingStop {
  return { scope, actor, compensation };
}
