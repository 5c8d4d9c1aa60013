import type { MissionView } from "../../src/runtime-api.ts";
import type { FakeLog } from "./fake-log.ts";
import { aCall, aMission } from "./fake-mission.ts";
import { Story } from "./fake-story.ts";

export const RETRYING = "0199b1c0-0005-7000-8000-000000000005";

/** Its one call gets no answer and is tried again. */
export function retrying(log: FakeLog, startMs: number): MissionView {
  const story = new Story(log, RETRYING, startMs).started();
  const first = story.next("call/1.0", "call.sent", "find_payment sent").atMs;
  story
    .next("call/1.0", "call.retrying", "find_payment: no answer, again in 1 s", 2_000)
    .next("call/1.0", "call.sent", "find_payment sent again", 1_000);
  story.next("call/1.0", "call.retrying", "find_payment: no answer, again in 90 s", 2_000);
  story.next("run/1", "run.beat_missed", "Missed a heartbeat: 6 s of 5 s allowed", 4_000);
  return aMission(story, startMs, {
    objective: "Find out which of yesterday's payments have arrived",
    agent: "reconciler",
    waitsFor: "tool",
    rest: { reason: "RETRYING", detail: "find_payment is tried again", untilMs: story.atMs + 86_000 },
    calls: [
      aCall({
        key: "1.0",
        tool: "find_payment",
        state: "retrying",
        attempts: 2,
        attemptMax: 5,
        nextMs: story.atMs + 86_000,
        arguments: { day: "2026-11-23" },
        end: null,
        sentAtMs: first,
        missedBeat: true,
      }),
    ],
  });
}
