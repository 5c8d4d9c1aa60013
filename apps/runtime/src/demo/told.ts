import type { Release } from "@aura/governance";
import type { LoggedEntry } from "@aura/store";

/** Entries that say how things stand, whatever call they are about. */
const TOLD: ReadonlySet<string> = new Set([
  "mission.abandoned",
  "mission.voted",
  "compensation.started",
  "compensation.resolved",
  "run.taken_over",
  "run.beat_missed",
  "stop.ordered",
  "epoch.raised",
  "approver.enrolled",
  "approver.revoked",
]);

/**
 * Which entries the short story tells: what changes the world, what is refused, and what people do. A call that only reads is
 * left out unless a rule denies it; the page and the log have everything. The answer remembers which calls read.
 */
export function createTold({ tools }: Pick<Release, "tools">): (logged: LoggedEntry) => boolean {
  const reads = new Set(tools.filter((tool) => tool.class === "read").map(({ name }) => name));
  const reading = new Set<string>();
  return ({ entry: { type, stream, data } }) => {
    if (!type.startsWith("call.")) return TOLD.has(type);
    if (type === "call.denied") return true;
    if (typeof data["tool"] === "string" && reads.has(data["tool"])) reading.add(stream);
    return !reading.has(stream);
  };
}
