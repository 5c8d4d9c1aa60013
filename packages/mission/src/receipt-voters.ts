import type { Entry } from "@aura/trust";
import { invariant } from "@aura/trust";
import type { MissionWorld } from "./mission-world.ts";
import { CONTROL_STREAM } from "./stream-name.ts";

/** An entry in its place in the log. */
interface Placed {
  readonly seq: number;
  readonly entry: Entry;
}

/**
 * What `control` says of the keys of those who voted in `entries`, of those who confirmed these, and so on back to the founding:
 * enrolments and revocations, in the order of the log. Nothing if nobody voted: then `control` is not read.
 */
export async function votersOf(
  { store, context }: Pick<MissionWorld, "store" | "context">,
  entries: readonly Placed[],
): Promise<readonly Placed[]> {
  const voted = entries.filter(({ entry }) => entry.type.endsWith(".voted"));
  if (voted.length === 0) return [];
  const said: Entry[] = [];
  for await (const entry of store.read(context, CONTROL_STREAM, 0)) {
    if (entry.type === "approver.enrolled" || entry.type === "approver.revoked") said.push(entry);
  }
  const persons = new Set<unknown>(voted.map(({ entry }) => entry.actor.id));
  // Who confirms was enrolled before: one walk back finds them all.
  for (const { type, data } of said.toReversed()) {
    if (type !== "approver.enrolled" || !persons.has(data["person"]) || !Array.isArray(data["confirmedBy"])) continue;
    for (const person of data["confirmedBy"]) persons.add(person);
  }
  const placed: Placed[] = [];
  for (const entry of said.filter(({ data }) => persons.has(data["person"]))) {
    const seq = await store.position(context, CONTROL_STREAM, entry.version);
    invariant(seq !== undefined, "an entry that is read has a position");
    placed.push({ seq, entry });
  }
  return placed;
}
