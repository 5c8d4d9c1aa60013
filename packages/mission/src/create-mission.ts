import { chainEntries, EMPTY_HEAD } from "@aura/store";
import type { Actor, JsonObject } from "@aura/trust";
import { hashText, invariant, uuidv7 } from "@aura/trust";
import type { MissionDefinition } from "./definition.ts";
import { appendRefused, malformedName } from "./mission-error.ts";
import type { Mission } from "./mission.ts";
import { foldMission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { isAgentName, missionStream } from "./stream-name.ts";

/**
 * Opens a mission in CREATED. Its id is a UUIDv7; its definition is kept as a payload and never changes.
 * One unit. @throws `mission/invalid_argument` for a malformed agent name, `mission/append_refused`
 */
export async function createMission(
  world: MissionWorld,
  order: { readonly definition: MissionDefinition; readonly agent: string; readonly actor: Actor },
): Promise<Mission> {
  if (!isAgentName(order.agent)) throw malformedName("agent");
  const nowMs = world.store.nowMs();
  const stream = missionStream(uuidv7(nowMs, world.random));
  const unit = uuidv7(nowMs, world.random);
  const { objective, tools, authority, timeoutMs } = order.definition;
  const definition = sealPayload(world, {
    objective,
    authority,
    timeoutMs,
    tools: tools.map(({ name, constraints }) => ({ name, constraints: constraints as JsonObject | null })),
  });
  const entries = chainEntries({
    namespace: world.context.namespace,
    stream,
    head: EMPTY_HEAD,
    unit,
    timeMs: nowMs,
    drafts: [
      {
        type: "mission.created",
        actor: order.actor,
        data: {
          agent: order.agent,
          authority,
          timeoutMs,
          tools: tools.map(({ name }) => name),
          definition: hashText(definition.text),
          objective: hashText(objective),
        },
        payloads: { definition: definition.commitment },
      },
    ],
  });
  const [answer] = await world.store.append(world.context, [
    { id: unit, writes: [{ stream, after: 0, fence: 0, entries }], reads: [], payloads: [definition] },
  ]);
  invariant(answer !== undefined, "a store answers every unit");
  if (answer.kind !== "appended") throw appendRefused(stream, answer.kind === "refused" ? answer.code : answer.kind);
  const mission = entries.reduce<Mission | undefined>(foldMission, undefined);
  invariant(mission !== undefined, "one entry was written");
  return mission;
}
