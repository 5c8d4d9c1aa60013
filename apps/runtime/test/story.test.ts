import type { Entry, JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { storyOf } from "../src/story.ts";
import type { Opened } from "../src/story.ts";

const DECISION = { kind: "PERMIT", rules: ["read-invoices"], unknown: [], release: "r", request: "q" };

function told(
  entry: { type: string; stream?: string; fence?: number; data?: JsonObject },
  opened: Opened = {},
): string {
  const whole: Entry = {
    format: "aura-entry-1",
    namespace: "n",
    stream: "mission/m/call/1.2",
    version: 1,
    fence: 0,
    unit: "u",
    timeMs: Date.UTC(2026, 10, 24, 12, 1, 3, 120),
    actor: { id: "a", custody: "runtime" },
    data: {},
    payloads: {},
    previous: null,
    ...entry,
  };
  return storyOf(whole, opened)
    .map((line) => line.map(({ text }) => text).join(""))
    .join("\n");
}

describe("the story", () => {
  it("tells a call with its decision and rule before its arguments", () => {
    const data = { tool: "read_text_file", attempt: 1, decision: DECISION };
    expect(told({ type: "call.sent", data }, { arguments: '{"path":"invoices/a.txt"}' })).toBe(
      "12:01:03.120  call     1.2   read_text_file  PERMIT by read-invoices  path invoices/a.txt",
    );
  });

  it("tells a stop with who ordered it and why, and a beat that was missed", () => {
    const data = { scope: "mission", compensation: "run" };
    expect(told({ type: "stop.ordered", stream: "mission/m", data }, { reason: "Enough." })).toBe(
      "12:01:03.120  mission  STOP  of the mission by a, compensation run  Enough.",
    );
    const missed = { operation: null, lastMs: 1, allowedMs: 2, code: "engine/agent_silent" };
    expect(told({ type: "run.beat_missed", stream: "mission/m/run/1", data: missed })).toBe(
      "12:01:03.120  run      missed its heartbeat  engine/agent_silent",
    );
  });

  it("counts long arguments instead of printing them", () => {
    const args = JSON.stringify({ content: "x".repeat(61), path: "reports/a.txt" });
    const line = told(
      { type: "call.sent", data: { tool: "write_file", attempt: 1, decision: DECISION } },
      { arguments: args },
    );
    expect(line).toContain("path reports/a.txt, content of 61 characters");
  });

  it("names a second attempt, and who settled an unknown outcome", () => {
    expect(told({ type: "call.sent", data: { tool: "t", attempt: 2, decision: DECISION } })).toContain("attempt 2");
    expect(told({ type: "call.succeeded", data: { attempt: 1, by: "find" } })).toContain("settled by find");
    expect(told({ type: "call.succeeded", data: { attempt: 1, by: "answer" } })).not.toContain("settled");
  });

  it("says that silence denied", () => {
    const decision = { kind: "DENY", rules: [], unknown: ["arguments.amount"], release: "r", request: "q" };
    const line = told({ type: "call.denied", data: { tool: "pay", code: "mission/denied", decision } });
    expect(line).toContain("DENY by silence: no rule permits it, unknown arguments.amount, not sent");
  });

  it("tells each state of a mission, and how it came out", () => {
    const stream = "mission/m";
    expect(told({ type: "mission.planned", stream, data: { context: "abcdefghij" } })).toContain("PLANNING");
    expect(
      told({ type: "mission.finished", stream, data: { kind: "FAILED", code: "x/y" } }, { cause: '"why"' }),
    ).toContain('EXECUTED          FAILED  x/y "why"');
    expect(told({ type: "mission.sealed", stream })).toContain("CLOSED");
  });

  it("says when a run goes on after an interruption", () => {
    expect(told({ type: "run.taken_over", stream: "mission/m/run/1", fence: 2 })).toContain(
      "taken over after an interruption (fence 2)",
    );
  });

  it("says nothing of entries that it does not know", () => {
    expect(told({ type: "mission.dreamt" })).toBe("");
  });
});
