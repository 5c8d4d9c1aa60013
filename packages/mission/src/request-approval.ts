import type { Hash, JsonObject } from "@aura/trust";
import { canonicalJson, hashText, invariant } from "@aura/trust";
import { RUNTIME, advance } from "./advance.ts";
import { missionApprovalText } from "./approval-text.ts";
import { poolFor, unreachableCode } from "./asked-approval.ts";
import type { BoundCompensation, BoundTool, Boundary } from "./boundary.ts";
import { decideMission } from "./decide-mission.ts";
import type { DefinedTool } from "./definition.ts";
import type { Decision } from "./governor.ts";
import type { Level } from "./level.ts";
import { reaches } from "./level.ts";
import { compensationNotOffered, toolNotOffered } from "./mission-error.ts";
import { definitionOf } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { requireUsableSchema } from "./tool-arguments.ts";
import type { Tool } from "./tool.ts";

/**
 * PLANNING to WAITING_APPROVAL: pins every tool and its undo by digest, freezes the boundary under today's release, asks the rules about
 * the mission as a whole and records what they answer, whatever it is. Above L1, and when the rules ESCALATE, people are
 * asked: the text that they are shown is frozen with it, or why nobody ever can answer. One unit; reads agent and control.
 * @throws `mission/tool_not_offered`, `mission/compensation_not_offered`, `mission/tool_schema_unusable`,
 * `gateway/upstream_unavailable`, and as `advance`
 */
export function requestApproval(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "request_approval", async (standing) => {
    const { fold: mission, head } = standing;
    const { definition, nonce } = await definitionOf(world, mission);
    const tools = await Promise.all(definition.tools.map((tool) => bindTool(world, tool)));
    const release = world.governor.current();
    const frozen = freeze(world, mission, { release, tools });
    const boundary = sealPayload(world, frozen as unknown as JsonObject);
    const { decision, record, reads, request } = await decideMission(world, standing, {
      frozen: release,
      approval: undefined,
    });
    const level = levelAsked(mission, decision);
    const pool = level === undefined ? undefined : poolFor(world, { request, level, createdBy: mission.createdBy });
    // Said last, and nothing slow follows: the text that people are shown says until when they may answer.
    const untilMs = Math.max(world.store.nowMs(), head.timeMs) + world.defaults.approvalWindowMs;
    const text =
      level === undefined || pool?.kind === "unreachable"
        ? undefined
        : missionApprovalText({
            namespace: world.context.namespace,
            mission: id,
            objective: definition.objective,
            agent: mission.agent,
            level,
            rules: world.governor.reasons(decision.rules, decision.release),
            untilMs,
            nonce,
            authority: mission.authority,
            timeoutMs: mission.timeoutMs,
            tools,
          });
    const shown = text === undefined ? undefined : sealPayload(world, text);
    return {
      draft: () => ({
        type: "mission.approval_requested",
        actor: RUNTIME,
        data: {
          boundary: hashText(boundary.text),
          release,
          decision: record,
          untilMs,
          ...(level === undefined ? {} : { level }),
          ...(text === undefined ? {} : { shown: hashText(text) }),
          ...(pool?.kind === "unreachable" ? { unreachable: unreachableCode(pool) } : {}),
        },
        payloads: {
          boundary: boundary.commitment,
          ...(shown === undefined ? {} : { shown: shown.commitment }),
        },
      }),
      reads,
      payloads: shown === undefined ? [boundary] : [boundary, shown],
    };
  });
}

/** What people must answer: the higher of what the mission asks for and what the rules do; nothing at L1, or of what is denied. */
function levelAsked({ authority }: Mission, decision: Decision): Level | undefined {
  const { kind, level = "L4" } = decision;
  if (kind === "DENY") return undefined;
  const due = kind === "ESCALATE" ? level : "L1";
  const asked = reaches(authority, due) ? authority : due;
  return asked === "L1" ? undefined : asked;
}

/** SHA-256 over the canonical boundary: what the mission, its tokens and its votes are bound to. */
export function boundaryDigest(boundary: Boundary): Hash {
  return hashText(canonicalJson(boundary as unknown as JsonObject));
}

function freeze(world: MissionWorld, mission: Mission, frozen: Pick<Boundary, "release" | "tools">): Boundary {
  const { id, agent, authority, timeoutMs, context } = mission;
  invariant(context !== undefined, "a planned mission has a context");
  return {
    format: "aura-boundary-1",
    namespace: world.context.namespace,
    mission: id,
    agent,
    authority,
    timeoutMs,
    context,
    ...frozen,
  };
}

async function bindTool(world: MissionWorld, { name, constraints }: DefinedTool): Promise<BoundTool> {
  const tool = await world.catalogue.find(name);
  if (tool === undefined) throw toolNotOffered(name);
  requireUsableSchema(tool);
  const compensation = await bindCompensation(world, tool);
  return { name, class: tool.class, digest: tool.digest, constraints, compensation, ...retryOf(tool) };
}

/** The undo is called by the same rules as any tool, so it is pinned now and must be callable. */
async function bindCompensation(world: MissionWorld, tool: Tool): Promise<BoundCompensation | null> {
  if (tool.compensation === undefined) return null;
  const undo = await world.catalogue.find(tool.compensation.tool);
  if (undo === undefined) throw compensationNotOffered(tool.name, tool.compensation.tool);
  requireUsableSchema(undo);
  return { tool: undo.name, digest: undo.digest, ...retryOf(undo) };
}

function retryOf({ retry }: Tool): Pick<BoundTool, "retry"> {
  return retry === undefined ? {} : { retry };
}
