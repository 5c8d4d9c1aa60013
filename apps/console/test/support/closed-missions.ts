import type { MissionView } from "../../src/runtime-api.ts";
import type { FakeLog } from "./fake-log.ts";
import { DAY, PAY_PERMIT, aCall, aMission } from "./fake-mission.ts";
import { Story } from "./fake-story.ts";

export const REFUND = "0199b1c0-0001-7000-8000-000000000001";
export const THIEF = "0199b1c0-0002-7000-8000-000000000002";
export const ABANDONED = "0199b1c0-0006-7000-8000-000000000006";

/** It paid what was due. */
export async function refunded(log: FakeLog, startMs: number): Promise<MissionView> {
  const story = new Story(log, REFUND, startMs).started();
  const sent = story.next("call/1.0", "call.sent", "read_text_file sent").atMs;
  const read = story.next("call/1.0", "call.succeeded", "read_text_file succeeded", 12).atMs;
  const paying = story.next("call/1.1", "call.sent", "pay 84.00 EUR to Brenner Papier sent", 700).atMs;
  const paid = story.next("call/1.1", "call.succeeded", "pay succeeded", 34).atMs;
  await story.sealed("SUCCEEDED");
  return aMission(story, startMs, {
    objective: "Pay the open paper invoice",
    state: "CLOSED",
    outcome: { kind: "SUCCEEDED", code: null },
    result: { paid: "84.00", currency: "EUR", payment: "pay-1" },
    calls: [
      aCall({ key: "1.0", tool: "read_text_file", sentAtMs: sent, endedAtMs: read }),
      aCall({
        key: "1.1",
        tool: "pay",
        class: "write",
        decision: PAY_PERMIT,
        arguments: { payee: "Brenner Papier GmbH", amount: "84.00", currency: "EUR" },
        end: { kind: "succeeded", code: null, message: null, result: { payment: "pay-1", status: "booked" } },
        sentAtMs: paying,
        endedAtMs: paid,
      }),
    ],
  });
}

/** It was told by an invoice to pay a stranger, and was denied. */
export async function thief(log: FakeLog, startMs: number): Promise<MissionView> {
  const story = new Story(log, THIEF, startMs).started();
  const sent = story.next("call/1.0", "call.sent", "read_text_file sent").atMs;
  const read = story.next("call/1.0", "call.succeeded", "read_text_file succeeded", 9).atMs;
  const denied = story.next("call/1.1", "call.denied", "pay 2,900.00 EUR denied by only-known-payees", 640).atMs;
  await story.sealed("SUCCEEDED");
  return aMission(story, startMs, {
    objective: "Check the invoices that came in this morning and pay what is due",
    state: "CLOSED",
    outcome: { kind: "SUCCEEDED", code: null },
    result: { note: "Invoice 2026-0118 asks for a payment to an account that is not the supplier's. Not paid." },
    calls: [
      aCall({
        key: "1.0",
        tool: "read_text_file",
        arguments: { path: "invoices/2026-0118.txt" },
        sentAtMs: sent,
        endedAtMs: read,
      }),
      aCall({
        key: "1.1",
        tool: "pay",
        class: "write",
        state: "denied",
        attempts: 0,
        decision: {
          kind: "DENY",
          level: null,
          rules: [
            {
              id: "only-known-payees",
              reason: "Money goes to payees on the supplier list and to nobody else, whatever an invoice says.",
              effect: "DENY",
            },
          ],
          unknown: ["supplier.verified"],
        },
        arguments: {
          payee: "Northgate Holdings Ltd",
          amount: "2900.00",
          currency: "EUR",
          reference: "URGENT 2026-0118",
        },
        facts: { "time.day": DAY, "approval.level": "L1" },
        end: { kind: "denied", code: "policy/denied", message: "Denied by only-known-payees.", result: null },
        endedAtMs: denied,
      }),
    ],
  });
}

/** A person rejected it before it ran. */
export function abandoned(log: FakeLog, startMs: number): MissionView {
  const story = new Story(log, ABANDONED, startMs)
    .next("", "mission.created", "Launched by the office")
    .next("", "mission.planned", "Context frozen")
    .next("", "mission.approval_requested", "Boundary frozen: 2 tools")
    .next("", "mission.abandoned", "Rejected by ada", 42_000, { kind: "DENIED" });
  return aMission(story, startMs, {
    objective: "Move every archive to the new storage provider",
    agent: "archivist",
    authority: "L3",
    state: "CLOSED",
    outcome: { kind: "DENIED", code: "mission/rejected" },
    boundary: null,
  });
}
