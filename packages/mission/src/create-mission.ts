import type { EntryDraft, Payload, StreamName } from "@aura/store";
import { EMPTY_HEAD, chainEntries } from "@aura/store";
import type { Actor, Hash, JsonObject } from "@aura/trust";
import { invariant, uuidv7 } from "@aura/trust";
import type { MissionDefinition } from "./definition.ts";
import { COMPENSATOR } from "./evidence.ts";
import { appendRefused, malformedName } from "./mission-error.ts";
import type { Mission } from "./mission.ts";
import { foldMission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { isAgentName, missionStream } from "./stream-name.ts";
import { TIME_BUILDS_MAX, isTimeOff } from "./time-off.ts";

/**
 * Opens a mission in CREATED. Its id is a UUIDv7; its definition is kept as a payload and never changes. The entry names it
 * by its commitment alone: a hash of an objective could confirm a guess after the objective was destroyed.
 * One unit. @param order.request names the request that it answers: no second mission is ever created for it, and
 * {@link findRequested} finds the first. @throws `mission/invalid_argument` for a malformed agent name, or the
 * compensator's, `mission/append_refused`
 */
export async function createMission(
  world: MissionWorld,
  order: {
    readonly definition: MissionDefinition;
    readonly agent: string;
    readonly actor: Actor;
    readonly request?: Hash;
  },
): Promise<Mission> {
  if (!isAgentName(order.agent) || order.agent === COMPENSATOR) throw malformedName("agent");
  const stream = missionStream(uuidv7(world.store.nowMs(), world.random));
  const { objective, tools, authority, timeoutMs } = order.definition;
  const definition = sealPayload(world, {
    objective,
    authority,
    timeoutMs,
    tools: tools.map(({ name, constraints }) => ({ name, constraints: constraints as JsonObject | null })),
  });
  return open(world, stream, definition, {
    type: "mission.created",
    actor: order.actor,
    data: {
      agent: order.agent,
      authority,
      timeoutMs,
      tools: tools.map(({ name }) => name),
      ...(order.request === undefined ? {} : { request: order.request }),
    },
    payloads: { definition: definition.commitment },
  });
}

/** Id of the mission that was created for a request; `undefined` if none was. One row. */
export async function findRequested(
  { store, context }: Pick<MissionWorld, "store" | "context">,
  request: Hash,
): Promise<string | undefined> {
  const mission = (await store.row(context, "request", request))?.["mission"];
  return typeof mission === "string" ? mission : undefined;
}

async function open(world: MissionWorld, stream: StreamName, payload: Payload, draft: EntryDraft): Promise<Mission> {
  for (let build = 1; ; build += 1) {
    const timeMs = world.store.nowMs();
    const unit = uuidv7(timeMs, world.random);
    const { namespace } = world.context;
    const entries = chainEntries({ namespace, stream, head: EMPTY_HEAD, unit, timeMs, drafts: [draft] });
    const [answer] = await world.store.append(world.context, [
      { id: unit, writes: [{ stream, after: 0, fence: 0, entries }], reads: [], payloads: [payload] },
    ]);
    invariant(answer !== undefined, "a store answers every unit");
    if (isTimeOff(answer) && build < TIME_BUILDS_MAX) continue;
    if (answer.kind !== "appended") throw appendRefused(stream, answer.kind === "refused" ? answer.code : answer.kind);
    const mission = entries.reduce<Mission | undefined>(foldMission, undefined);
    invariant(mission !== undefined, "one entry was written");
    return mission;
  }
}
