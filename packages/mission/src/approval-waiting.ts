import type { Head } from "@aura/store";
import type { Hash, JsonObject } from "@aura/trust";
import { invariant, isAuraError } from "@aura/trust";
import type { ApprovalPool } from "./approval.ts";
import type { AskedApproval } from "./asked-approval.ts";
import { poolFor } from "./asked-approval.ts";
import type { BoundTool } from "./boundary.ts";
import type { Call } from "./call.ts";
import { callQuestion } from "./decide-call.ts";
import { missionQuestion } from "./decide-mission.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { COMPENSATOR } from "./evidence.ts";
import type { DecisionRequest } from "./governor.ts";
import type { Standing } from "./mission-log.ts";
import { boundaryOf, callStanding, definitionOf, findMission, objectiveDigestOf } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openValue } from "./payload.ts";
import { callStream, isCallKey, isMissionId, missionStream, undoneKey } from "./stream-name.ts";
import type { Tool } from "./tool.ts";
import { findUndo } from "./undo.ts";
import type { Vote } from "./vote.ts";

/** Which request: one call, or `call: null` for the mission as a whole. */
export interface ApprovalKey {
  readonly mission: string;
  readonly call: string | null;
}

/** A request that waits for people, with everything that an answer to it is held against. */
export interface WaitingApproval {
  readonly mission: Standing<Mission>;
  readonly call: Standing<Call> | undefined;
  /** The stream that votes land on, and where it stands. */
  readonly stream: string;
  readonly head: Head;
  readonly agent: string;
  readonly arguments: JsonObject | null;
  readonly asked: AskedApproval;
  /** The decision that asks. */
  readonly decision: DecisionRecord;
  /** What is signed once a choice is added. */
  readonly vote: Omit<Vote, "choice">;
  /** What the pool is resolved for. */
  readonly question: DecisionRequest;
}

/** `undefined` if no such request waits: it was answered, is over, or never was. @throws `mission/payload_missing` */
export async function findWaiting(world: MissionWorld, key: ApprovalKey): Promise<WaitingApproval | undefined> {
  if (!isMissionId(key.mission) || (key.call !== null && !isCallKey(key.call))) return undefined;
  const mission = await findMission(world, key.mission);
  if (mission === undefined) return undefined;
  return key.call === null ? waitingMission(world, mission) : waitingCall(world, mission, key.call);
}

/** Who may answer now, under today's release. */
export function poolOf(world: MissionWorld, { question, asked, mission }: WaitingApproval): ApprovalPool {
  const { createdBy } = mission.fold;
  return poolFor(world, { request: question, level: asked.level, createdBy });
}

async function waitingMission(world: MissionWorld, mission: Standing<Mission>): Promise<WaitingApproval | undefined> {
  const { state, asked, decision, boundary, agent, id } = mission.fold;
  if (state !== "WAITING_APPROVAL" || asked === undefined) return undefined;
  invariant(decision !== undefined && boundary !== undefined, "what is asked of people was decided and frozen");
  return {
    mission,
    call: undefined,
    stream: missionStream(id),
    head: mission.head,
    agent,
    arguments: null,
    asked,
    decision,
    vote: voteOn(world, { mission: id, call: null, tool: null, arguments: null, boundary }, asked),
    question: missionQuestion(world, mission.fold, await definitionOf(world, mission.fold)),
  };
}

async function waitingCall(
  world: MissionWorld,
  mission: Standing<Mission>,
  key: string,
): Promise<WaitingApproval | undefined> {
  const { state, boundary, id } = mission.fold;
  if (state !== "IN_PROGRESS") return undefined;
  const { fold: call, head } = await callStanding(world, id, key);
  if (call?.state !== "parked" || call.asked === undefined) return undefined;
  const { asked, decision, tool } = call;
  invariant(decision !== undefined && boundary !== undefined, "what is asked of people was decided and frozen");
  const args = (await openValue(world, call.arguments, "arguments")) as JsonObject;
  const { question, agent } = await questionOf(world, mission.fold, call, args);
  return {
    mission,
    call: { fold: call, head },
    stream: callStream(id, key),
    head,
    agent,
    arguments: args,
    asked,
    decision,
    vote: voteOn(world, { mission: id, call: key, tool, arguments: call.arguments, boundary }, asked),
    question,
  };
}

function voteOn(
  world: MissionWorld,
  subject: Pick<Vote, "mission" | "call" | "tool" | "arguments" | "boundary">,
  { level, shown, release, untilMs }: AskedApproval,
): Omit<Vote, "choice"> {
  const { namespace } = world.context;
  return { format: "aura-vote-1", namespace, ...subject, level, shown, release, expiresMs: untilMs };
}

async function questionOf(
  world: MissionWorld,
  mission: Mission,
  call: Call,
  args: JsonObject,
): Promise<{ readonly question: DecisionRequest; readonly agent: string }> {
  const undone = undoneKey(call.key);
  const undo = undone === undefined ? undefined : await findUndo(world, mission, undone);
  const frozen = (await boundaryOf(world, mission))?.tools.find(({ name }) => name === call.tool);
  const caller = undone === undefined ? mission.agent : COMPENSATOR;
  const question = callQuestion(world, {
    mission,
    caller,
    call: { key: call.key, arguments: args, custody: call.actor.custody === "agent" ? "agent" : "runtime" },
    tool: await toolAsPinned(world, call.tool, undo?.bound ?? frozen),
    objectiveDigest: await objectiveDigestOf(world, mission),
    compensationOf: undo?.original.tool,
  });
  return { question, agent: caller };
}

/**
 * The tool that the call is for. People can answer while its upstream is down: then it is known by what the boundary pinned,
 * which is all that a pool depends on. What is sent in the end is decided on the tool as it is then.
 */
async function toolAsPinned(world: MissionWorld, name: string, bound: BoundTool | undefined): Promise<Tool> {
  const found = await world.catalogue.find(name).catch((error: unknown) => {
    if (isAuraError(error, "gateway/upstream_unavailable")) return undefined;
    throw error;
  });
  if (found !== undefined) return found;
  const { class: is = "irreversible", digest = "" as Hash } = bound ?? {};
  return { name, class: is, digest, ...UNKNOWN_TOOL };
}

const UNKNOWN_TOOL = {
  upstream: "",
  tags: [],
  attemptTimeoutMs: 0,
  repeatable: false,
  description: "",
  inputSchema: {},
} as const;
