import type { Entry, Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { hasExactMembers, isWhole } from "./json-object.ts";
import type { JsonObject } from "./json-value.ts";
import { AUDIT_STREAM } from "./open-chain.ts";

/** The only entry of an org log behind its founding. */
export const TICK_TYPE = "org_log.ticked";

/** What the org log says every `tickMs`, whether anything changed or not. */
export interface Tick {
  /** Its number: whole `tickMs` since 1970-01-01T00:00Z. */
  readonly tick: number;
  readonly tickMs: number;
  /** Ticks since the entry before that have none; 0 in the first. */
  readonly missed: number;
  /** Root of the map from each namespace's slot to a commitment to its checkpoint. */
  readonly map: Hash;
}

/** A tick, and when the org log wrote it. */
export interface WrittenTick extends Tick {
  readonly atMs: number;
  /** From the beginning of the tick until it was written. */
  readonly lateMs: number;
}

/** @internal */
export function tickData({ tick, tickMs, missed, map }: Tick): JsonObject {
  return { map, missed, tick, tickMs };
}

/** The tick that an entry of an org log writes; `undefined` if it writes none. @internal */
export function readTick({ stream, type, data, timeMs }: Entry): WrittenTick | undefined {
  const { tick, tickMs, missed, map } = data;
  if (stream !== AUDIT_STREAM || type !== TICK_TYPE || !hasExactMembers(data, ["map", "missed", "tick", "tickMs"])) {
    return undefined;
  }
  if (!isWhole(tick) || !isWhole(tickMs) || tickMs === 0 || !isWhole(missed) || missed > tick) return undefined;
  const lateMs = timeMs - tick * tickMs;
  return isHash(map) && lateMs >= 0 ? { tick, tickMs, missed, map, atMs: timeMs, lateMs } : undefined;
}
