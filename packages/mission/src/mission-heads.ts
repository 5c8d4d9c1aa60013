import { invariant } from "@aura/trust";
import type { MissionWorld } from "./mission-world.ts";
import type { StreamHead } from "./outcome.ts";
import { missionStream } from "./stream-name.ts";

/** Every stream of a mission with its head, sorted. A prefix is everything of a mission. */
export async function missionHeads(world: MissionWorld, id: string): Promise<readonly StreamHead[]> {
  const own = missionStream(id);
  const streams = await world.store.streams(world.context, own);
  return streams
    .filter(({ stream }) => stream === own || stream.startsWith(`${own}/`))
    .map(({ stream, head: { version, hash } }) => {
      invariant(hash !== null, "a stream that exists has a newest entry");
      return { stream, version, hash };
    });
}
