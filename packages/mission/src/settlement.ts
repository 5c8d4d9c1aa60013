import type { Call } from "./call.ts";
import { isEnded } from "./call.ts";
import type { Tool } from "./tool.ts";

/** Attempts in one presentation; after that a `read` has failed, and a repeatable call is asked for again later. */
export const ATTEMPTS_PER_PRESENTATION_MAX = 3;
/** How soon a tool whose upstream does not answer is asked for again. */
export const UPSTREAM_RETRY_MS = 1_000;

/** What has to happen next to a call that is presented, or settled. */
export type NextAct =
  | { readonly kind: "answer" }
  /** Not sent yet, or it may be sent again: the rules are asked anew. */
  | { readonly kind: "decide" }
  | { readonly kind: "expire" }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "ask" }
  | { readonly kind: "exhausted" }
  | { readonly kind: "person" };

/**
 * What is tried again waits for its time. The whole rule of unknown outcomes: `read` and repeatable calls are sent again; else the tool's `find` is asked, never
 * before a late sender must have given up; else a person. Pure.
 */
export function nextAct(situation: {
  readonly call: Call | undefined;
  /** The tool as it stands today; `undefined` if it is not the one that the intent was written for. */
  readonly tool: Tool | undefined;
  readonly nowMs: number;
  readonly skewMs: number;
  /** Attempts sent in this presentation. */
  readonly sent: number;
  /** The newest attempt that the tool's `find` called absent. */
  readonly absentAttempt: number | undefined;
}): NextAct {
  const { call, tool, nowMs } = situation;
  if (call === undefined) return { kind: "decide" };
  if (isEnded(call.state)) return { kind: "answer" };
  if (call.state === "retrying") {
    const { nextMs = 0 } = call.retrying ?? {};
    return nowMs < nextMs ? { kind: "wait", untilMs: nextMs } : { kind: "decide" };
  }
  if (call.state === "parked") return { kind: nowMs >= (call.untilMs ?? 0) ? "expire" : "decide" };
  if (mayRepeat(call, tool)) {
    return { kind: situation.sent >= ATTEMPTS_PER_PRESENTATION_MAX ? "exhausted" : "decide" };
  }
  if (situation.absentAttempt === call.attempts) return { kind: "decide" };
  const givenUpMs = attemptOverMs(call, situation.skewMs);
  if (tool?.find !== undefined) {
    const askableMs = givenUpMs + tool.find.findAfterMs;
    return nowMs < askableMs ? { kind: "wait", untilMs: askableMs } : { kind: "ask" };
  }
  // Another process may still be about to learn the outcome; nobody is bothered before it must have.
  if (call.state === "sent" && nowMs < givenUpMs) return { kind: "wait", untilMs: givenUpMs };
  return { kind: "person" };
}

/** Store time from which the newest attempt can have no effect that is not there yet, as far as we can know. */
export function attemptOverMs(call: Call, skewMs: number): number {
  return (call.sendByMs ?? 0) + (call.attemptTimeoutMs ?? 0) + skewMs;
}

/** A `read` changes nothing; a repeatable call done twice is a call done once. */
export function mayRepeat(call: Call, tool: Tool | undefined): boolean {
  return call.class === "read" || tool?.repeatable === true;
}
