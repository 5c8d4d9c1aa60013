import type { Hash } from "@aura/trust";
import { hashText } from "@aura/trust";
import type { MissionWorld } from "./mission-world.ts";
import { callStream } from "./stream-name.ts";

/** What a receiver knows a call by: the same over attempts, hand-overs and replays, and another one for every call. */
export function idempotencyKeyOf(
  world: Pick<MissionWorld, "context">,
  call: { readonly mission: string; readonly key: string },
): Hash {
  return hashText(`${world.context.namespace}/${callStream(call.mission, call.key)}`);
}
