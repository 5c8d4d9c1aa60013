import type { EntryDraft, Head } from "@aura/store";
import type { Actor } from "@aura/trust";
import { invariant } from "@aura/trust";
import { advance } from "./advance.ts";
import { missionHeads } from "./mission-heads.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import type { StreamHead } from "./outcome.ts";
import { headsRoot, signOutcome } from "./outcome.ts";
import type { OutcomeKind } from "./transition.ts";

/** How a mission ends that never ran. */
export interface Abandonment {
  readonly kind: Exclude<OutcomeKind, "SUCCEEDED">;
  readonly cause: string;
  readonly actor: Actor;
}

/**
 * Ends a mission that never ran: from each of the five states before IN_PROGRESS to CLOSED, with a signed outcome that
 * names the heads before it: its own stream only, for nothing stands below it before `start`. One unit. @throws as `advance`
 */
export function abandonMission(world: MissionWorld, id: string, end: Abandonment): Promise<Mission> {
  return advance(world, id, "abandon", async ({ fold: mission }) => {
    const heads = await missionHeads(world, id);
    return { draft: (timeMs) => abandoned(world, mission, { end, heads, timeMs }) };
  });
}

/** The same entry for a unit that ends the mission with something else: `before` is where its own stream stands by then. */
export async function abandonedDraft(
  world: MissionWorld,
  mission: Mission,
  {
    end,
    before: { stream, head },
    timeMs,
  }: {
    readonly end: Abandonment;
    readonly before: { readonly stream: string; readonly head: Head };
    readonly timeMs: number;
  },
): Promise<EntryDraft> {
  const { version, hash } = head;
  invariant(hash !== null, "a mission that is abandoned was created");
  const below = (await missionHeads(world, mission.id)).filter((one) => one.stream !== stream);
  return abandoned(world, mission, { end, heads: [{ stream, version, hash }, ...below], timeMs });
}

async function abandoned(
  world: MissionWorld,
  mission: Mission,
  { end, heads, timeMs }: { readonly end: Abandonment; readonly heads: readonly StreamHead[]; readonly timeMs: number },
): Promise<EntryDraft> {
  const { kind, cause, actor } = end;
  const outcome = await signOutcome(world.outcomeSigner, {
    format: "aura-outcome-1",
    namespace: world.context.namespace,
    mission: mission.id,
    kind,
    cause,
    actor,
    boundary: mission.boundary ?? null,
    result: null,
    heads: headsRoot(heads),
    streams: heads.length,
    checkpoint: null,
    timeMs,
  });
  return { type: "mission.abandoned", actor, data: { outcome, kind, code: cause } };
}
