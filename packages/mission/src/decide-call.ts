import type { Hash } from "@aura/trust";
import { invariant } from "@aura/trust";
import type { Denial } from "./call-code.ts";
import { denial as denialOf } from "./call-code.ts";
import { denialAtAdmission } from "./admit.ts";
import type { BoundTool } from "./boundary.ts";
import type { CallRequest } from "./call.ts";
import type { Evidence } from "./evidence.ts";
import { sendableUntilMs } from "./evidence.ts";
import type { Decision } from "./governor.ts";
import type { MissionWorld } from "./mission-world.ts";
import type { Tool } from "./tool.ts";

export type CallVerdict =
  | { readonly kind: "permitted"; readonly tool: Tool; readonly decision: Decision }
  | { readonly kind: "escalated"; readonly decision: Decision }
  | { readonly kind: "refused"; readonly denial: Denial; readonly decision?: Decision };

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
  const decision = world.governor.decide(
    {
      kind: "call",
      namespace: world.context.namespace,
      agent: { id: asked.evidence.caller, custody: request.custody },
      mission: {
        id: mission.id,
        objectiveDigest: asked.objectiveDigest,
        authority: mission.authority,
        tools: mission.tools,
      },
      call: { key: request.key, tool, arguments: request.arguments },
      facts: {
        ...(asked.refusedCounter === undefined ? {} : { "refused.counter": asked.refusedCounter }),
        ...(asked.compensationOf === undefined ? {} : { "compensation.of": asked.compensationOf }),
      },
    },
    mission.release,
  );
  switch (decision.kind) {
    case "PERMIT":
      return { kind: "permitted", tool, decision };
    case "ESCALATE":
      return { kind: "escalated", decision };
    case "DENY":
      return { kind: "refused", denial: denialOf("mission/denied"), decision };
  }
}
