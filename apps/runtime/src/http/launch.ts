import { createMission, findRequested, parseDefinition } from "@aura/mission";
import type { Mission, MissionDefinition } from "@aura/mission";
import { canonicalJson, hashText, isAuraError } from "@aura/trust";
import type { Hash, JsonValue } from "@aura/trust";
import { agentUnknown, toolUnknown } from "../runtime-error.ts";
import type { Desk } from "./desk.ts";
import { idempotencyConflict } from "./http-error.ts";
import { createdSummary, requireMission } from "./mission-view.ts";
import type { MissionSummaryView } from "./mission-view.ts";
import { openJson } from "./opened.ts";
import type { Opened } from "./opened.ts";

/** A launch as somebody asked for it. */
export interface LaunchOrder {
  readonly agent: string;
  /** As people write it; parsed here. */
  readonly definition: unknown;
  readonly person: string;
  /** The caller's own name for this request; each person has names of their own. */
  readonly idempotencyKey: string;
}

/**
 * Creates the mission that a request asks for, once: the request's hash stands in the mission's first entry, so a request that
 * is sent again, to this process or to the next one, finds it there. The answer is the mission as it was created.
 * @throws `mission/definition_invalid`, `runtime/agent_unknown`, `runtime/tool_unknown`, `http/idempotency_conflict`
 */
export async function launch(desk: Desk, order: LaunchOrder): Promise<MissionSummaryView> {
  const definition = parseDefinition(order.definition);
  const request = requestHash(order);
  const known = await findRequested(desk.world, request);
  if (known !== undefined) return answerAgain(desk, known, order.agent, definition);
  requireOffered(desk, order.agent, definition);
  const actor = { id: order.person, custody: "person" } as const;
  let mission: Mission;
  try {
    mission = await createMission(desk.world, { agent: order.agent, definition, actor, request });
  } catch (error) {
    const raced = isAuraError(error, "mission/append_refused") ? await findRequested(desk.world, request) : undefined;
    if (raced === undefined) throw error;
    return answerAgain(desk, raced, order.agent, definition);
  }
  desk.runtime.supervisor.launched(mission.id);
  return createdSummary(mission, kept(definition));
}

/** Names the request in the log and tells nothing of the key. */
function requestHash({ person, idempotencyKey }: LaunchOrder): Hash {
  return hashText(canonicalJson({ format: "aura-request-1", person, key: idempotencyKey }));
}

/** A definition that was erased cannot be compared, so nothing is said to be the same as it. */
async function answerAgain(
  { world }: Desk,
  id: string,
  agent: string,
  definition: MissionDefinition,
): Promise<MissionSummaryView> {
  const mission = await requireMission(world, id);
  const first = await openJson(world, mission.definition);
  const isSame = first.kind === "kept" && canonicalJson(first.value) === canonicalJson(kept(definition).value);
  if (mission.agent !== agent || !isSame) throw idempotencyConflict();
  return createdSummary(mission, first);
}

function requireOffered({ runtime }: Desk, agent: string, { tools }: MissionDefinition): void {
  const { release } = runtime;
  if (!release.agents.some(({ name }) => name === agent)) throw agentUnknown(agent);
  const missing = tools.find(({ name }) => !release.tools.some((tool) => tool.name === name));
  if (missing !== undefined) throw toolUnknown(missing.name);
}

/** As the log keeps it. */
function kept(definition: MissionDefinition): Extract<Opened, { readonly kind: "kept" }> {
  return { kind: "kept", value: definition as unknown as JsonValue };
}
