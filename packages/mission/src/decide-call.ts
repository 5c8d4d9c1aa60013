import type { Hash, JsonObject } from "@aura/trust";
import { invariant } from "@aura/trust";
import type { Denial } from "./call-code.ts";
import { denial as denialOf } from "./call-code.ts";
import { denialAtAdmission } from "./admit.ts";
import type { ApprovalInUse } from "./approval-in-use.ts";
import { withApproval } from "./asked-approval.ts";
import type { BoundTool } from "./boundary.ts";
import type { CallRequest } from "./call.ts";
import type { Evidence } from "./evidence.ts";
import { sendableUntilMs } from "./evidence.ts";
import type { Decided } from "./decision-record.ts";
import type { DecisionRequest } from "./governor.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { budgetOf } from "./reservation.ts";
import type { Tool } from "./tool.ts";

export type CallVerdict =
  | { readonly kind: "permitted"; readonly tool: Tool; readonly decided: Decided }
  /** `request`: what the rules were asked, but for any approval in use: who may answer is asked about the same. */
  | { readonly kind: "escalated"; readonly decided: Decided; readonly request: DecisionRequest }
  | { readonly kind: "refused"; readonly denial: Denial; readonly decided?: Decided };

/** Holds a call against its boundary, its token and the rules, in this order. No I/O. */
export function decideCall(
  world: MissionWorld,
  asked: {
    readonly request: CallRequest;
    readonly evidence: Evidence;
    readonly bound: BoundTool | undefined;
    readonly tool: Tool | undefined;
    readonly beyond: Denial | undefined;
    readonly objectiveDigest: Hash;
    /** The counter whose ceiling refused the intent before: now a fact. */
    readonly refusedCounter: string | undefined;
    /** The tool that the call undoes. */
    readonly compensationOf: string | undefined;
    /** The approval in use: a fact, whoever needs it. */
    readonly approval: ApprovalInUse;
  },
): CallVerdict {
  const { request, tool } = asked;
  const { mission } = asked.evidence;
  const denial = denialAtAdmission({
    bound: asked.bound,
    tool,
    arguments: request.arguments,
    nowMs: world.store.nowMs(),
    deadlineMs: sendableUntilMs(asked.evidence),
  });
  if (denial !== undefined) return { kind: "refused", denial };
  if (asked.beyond !== undefined) return { kind: "refused", denial: asked.beyond };
  invariant(tool !== undefined && mission.release !== undefined, "admission lets only a pinned tool pass");
  const question = callQuestion(world, { ...asked, mission, caller: asked.evidence.caller, call: request, tool });
  const decidable = withApproval(question, asked.approval);
  const decision = world.governor.decide(decidable, mission.release);
  const decided = { decision, facts: decidable.facts };
  switch (decision.kind) {
    case "PERMIT":
      return { kind: "permitted", tool, decided };
    case "ESCALATE":
      return { kind: "escalated", decided, request: question };
    case "DENY":
      return { kind: "refused", denial: denialOf("mission/denied"), decided };
  }
}

/** A call as the rules see it, and whoever resolves who may answer: one and the same request. Pure but for the store's day. */
export function callQuestion(
  world: MissionWorld,
  asked: {
    readonly mission: Mission;
    readonly caller: string;
    readonly call: {
      readonly key: string;
      readonly arguments: JsonObject;
      readonly custody: CallRequest["custody"];
    };
    readonly tool: Tool;
    readonly objectiveDigest: Hash;
    readonly refusedCounter?: string | undefined;
    readonly compensationOf: string | undefined;
  },
): DecisionRequest {
  const { mission, call, tool, refusedCounter, compensationOf } = asked;
  const refusedBudget = refusedCounter === undefined ? undefined : budgetOf(refusedCounter);
  return {
    kind: "call",
    namespace: world.context.namespace,
    agent: { id: asked.caller, custody: call.custody },
    mission: {
      id: mission.id,
      objectiveDigest: asked.objectiveDigest,
      authority: mission.authority,
      tools: mission.tools,
    },
    call: { key: call.key, tool, arguments: call.arguments },
    facts: {
      "time.day": new Date(world.store.nowMs()).toISOString().slice(0, "YYYY-MM-DD".length),
      ...(refusedCounter === undefined ? {} : { "refused.counter": refusedCounter }),
      ...(refusedBudget === undefined ? {} : { "refused.budget": refusedBudget }),
      ...(compensationOf === undefined
        ? {}
        : { "compensation.of": compensationOf, "compensation.agent": mission.agent }),
    },
  };
}
