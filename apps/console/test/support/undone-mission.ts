import type { MissionView } from "../../src/runtime-api.ts";
import type { FakeLog } from "./fake-log.ts";
import { DAY, PAY_PERMIT, aCall, aMission } from "./fake-mission.ts";
import { Story } from "./fake-story.ts";

export const UNDONE = "0199b1c0-0004-7000-8000-000000000004";

/** Its third call failed, and the two before were undone in reverse. */
export async function undone(log: FakeLog, startMs: number): Promise<MissionView> {
  const story = new Story(log, UNDONE, startMs).started();
  const at = story.next("call/1.0", "call.sent", "pay 120.00 EUR to Lindqvist sent").atMs;
  story.next("call/1.0", "call.succeeded", "pay succeeded", 31);
  const second = story.next("call/1.1", "call.sent", "write_file reports/november.md sent", 300).atMs;
  story.next("call/1.1", "call.succeeded", "write_file succeeded", 11);
  const third = story.next("call/1.2", "call.sent", "book_delivery sent", 280).atMs;
  const failed = story.next("call/1.2", "call.failed", "book_delivery failed: slot taken", 45).atMs;
  const undoFile = story.next("call/undo.1.1", "call.sent", "move_file undo sent", 120).atMs;
  story.next("call/undo.1.1", "call.succeeded", "move_file undo succeeded", 12);
  const refund = story.next("call/undo.1.0", "call.sent", "refund 120.00 EUR sent", 60).atMs;
  const ended = story.next("call/undo.1.0", "call.succeeded", "refund succeeded", 30).atMs;
  await story.sealed("FAILED");
  const undo = {
    kind: "PERMIT",
    level: null,
    rules: [{ id: "undo-own-work", reason: "What a mission did it may undo.", effect: "PERMIT" }],
    unknown: [],
  } as const;
  return aMission(story, startMs, {
    objective: "Pay Lindqvist, file the report and book the delivery",
    state: "CLOSED",
    outcome: { kind: "FAILED", code: "tool/slot_taken" },
    calls: [
      aCall({
        key: "1.0",
        tool: "pay",
        class: "write",
        decision: PAY_PERMIT,
        arguments: { payee: "Lindqvist AB", amount: "120.00", currency: "EUR" },
        end: { kind: "succeeded", code: null, message: null, result: { payment: "pay-7" } },
        sentAtMs: at,
        endedAtMs: at + 31,
        compensatedBy: "undo.1.0",
      }),
      aCall({
        key: "1.1",
        tool: "write_file",
        class: "write",
        arguments: { path: "reports/november.md" },
        end: { kind: "succeeded", code: null, message: null, result: null },
        sentAtMs: second,
        endedAtMs: second + 11,
        compensatedBy: "undo.1.1",
      }),
      aCall({
        key: "1.2",
        tool: "book_delivery",
        class: "irreversible",
        state: "failed",
        arguments: { slot: "2026-11-26 09:00" },
        end: { kind: "failed", code: "tool/slot_taken", message: "The slot was taken by somebody else.", result: null },
        sentAtMs: third,
        endedAtMs: failed,
      }),
      aCall({
        key: "undo.1.1",
        tool: "move_file",
        class: "write",
        decision: undo,
        arguments: { source: "reports/november.md", destination: "undone/reports/november.md" },
        facts: { "compensation.of": "write_file", "time.day": DAY },
        end: { kind: "succeeded", code: null, message: null, result: null },
        sentAtMs: undoFile,
        endedAtMs: undoFile + 12,
        compensates: "1.1",
      }),
      aCall({
        key: "undo.1.0",
        tool: "refund",
        class: "write",
        decision: undo,
        arguments: { payment: "pay-7", amount: "120.00" },
        facts: { "compensation.of": "pay", "time.day": DAY },
        end: { kind: "succeeded", code: null, message: null, result: { refund: "ref-2" } },
        sentAtMs: refund,
        endedAtMs: ended,
        compensates: "1.0",
      }),
    ],
  });
}
