import type { Answer } from "@aura/store";
import type { Actor } from "@aura/trust";
import { unreachable } from "@aura/trust";
import { DECISIONS_MAX } from "./advance.ts";
import type { BoundTool } from "./boundary.ts";
import type { Denial } from "./call-code.ts";
import { denial, denialByCeiling, refused } from "./call-code.ts";
import type { AskedCall } from "./call-request.ts";
import type { RunPlace } from "./call-unit.ts";
import type { Call, CallAnswer } from "./call.ts";
import type { Evidence } from "./evidence.ts";
import type { Level } from "./level.ts";
import { appendRefused } from "./mission-error.ts";
import type { Standing } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { callStream } from "./stream-name.ts";
import { isTimeOff } from "./time-off.ts";
import type { Tool } from "./tool.ts";
import type { Undo } from "./undo.ts";
import type { VerifiedPresentation } from "./verify-presentation.ts";

/** One presentation on its way, and what it learned. */
export interface Walk {
  readonly world: MissionWorld;
  readonly asked: AskedCall;
  readonly run: RunPlace | undefined;
  /** Decisions that came to nothing because what they read moved. */
  decided: number;
  /** Attempts in this presentation. */
  sent: number;
  /** The newest attempt that `find` called absent. */
  absentAttempt?: number;
  /** The counter whose ceiling refused an intent that was decided on `approvalLevel`. */
  refusedCounter?: string;
  /** The level of the approval in use at the newest decision: another one has other ceilings. */
  approvalLevel?: Level;
  /** Set when nothing is left but to refuse. */
  forced?: Denial;
}

/** Everything that one turn stands on. */
export interface Scene {
  readonly evidence: Evidence;
  readonly call: Standing<Call | undefined>;
  readonly bound: BoundTool | undefined;
  /** Only of a call that undoes another. */
  readonly undo?: Undo;
  readonly tool: Tool | undefined;
  readonly verified: VerifiedPresentation;
  readonly actor: Actor;
  /** Behind the commitment to the call's arguments, whoever made it: what is recorded of a decision opens with it. */
  readonly nonce: string;
}

/** `undefined`: something changed; look again. */
export type Turn = CallAnswer | undefined;

/** What to do when a unit was not appended: `undefined` looks at what stands there now. */
export function lookAgain(walk: Walk, answer: Exclude<Answer, { kind: "appended" }>): Turn {
  // The lane closed with this answer: whatever it was, the run is no longer ours.
  if (walk.run !== undefined && !walk.run.lane.held()) return { kind: "lost" };
  switch (answer.kind) {
    case "fenced":
      return { kind: "lost" };
    case "stale":
      return undefined;
    case "moved":
      walk.decided += 1;
      if (walk.decided >= DECISIONS_MAX) walk.forced = denial("call/moved");
      return undefined;
    case "refused":
      if (answer.code === "mission/not_in_progress") return notInProgress();
      if (isTimeOff(answer)) return undefined;
      if (answer.counter === undefined) throw appendRefused(streamOf(walk), answer.code);
      if (walk.refusedCounter === answer.counter) walk.forced = denialByCeiling(answer.code);
      walk.refusedCounter = answer.counter;
      return undefined;
    default:
      return unreachable(answer);
  }
}

/** The members of a unit that say which call it is about. */
export function keyOf({ request: { mission, key, tool } }: AskedCall): {
  readonly mission: string;
  readonly key: string;
  readonly tool: string;
} {
  return { mission, key, tool };
}

export function notInProgress(): CallAnswer {
  return refused("mission/not_in_progress");
}

export function waitsForTool(world: MissionWorld, ms: number): CallAnswer {
  return { kind: "waits", for: "tool", untilMs: world.store.nowMs() + ms };
}

function streamOf({ asked: { request } }: Walk): string {
  return callStream(request.mission, request.key);
}
