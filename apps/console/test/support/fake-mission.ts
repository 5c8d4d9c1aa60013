import { hashText } from "@aura/trust";
import type { CallSummary, MissionView } from "../../src/runtime-api.ts";
import type { Story } from "./fake-story.ts";

/** The release that every mission runs under. */
export const RELEASE = hashText("release");
/** `time.day` of every call. */
export const DAY = "2026-11-24";

/** A mission that runs, with the life that its story told. */
export function aMission(
  story: Story,
  startMs: number,
  facts: Partial<MissionView> & Pick<MissionView, "objective">,
): MissionView {
  return {
    id: story.id,
    agent: "invoice-clerk",
    authority: "L1",
    state: "IN_PROGRESS",
    outcome: null,
    createdAtMs: startMs,
    updatedAtMs: story.atMs,
    waitsFor: null,
    definition: {
      objective: facts.objective,
      tools: [
        { name: "read_text_file", constraints: null },
        { name: "find_payment", constraints: null },
        { name: "pay", constraints: { currency: { value: "EUR" } } },
        { name: "refund", constraints: null },
      ],
      authority: "L1",
      timeout: "PT10M",
    },
    boundary: { hash: hashText(`boundary ${story.id}`), release: RELEASE },
    timeline: story.timeline,
    calls: [],
    approval: null,
    rest: null,
    result: null,
    lost: {},
    deadlineMs: startMs + 600_000,
    ...facts,
  };
}

/** A call that read an invoice. */
export function aCall(facts: Partial<CallSummary> & Pick<CallSummary, "key" | "tool">): CallSummary {
  return {
    class: "read",
    state: "succeeded",
    attempts: 1,
    attemptMax: 3,
    nextMs: null,
    decision: {
      kind: "PERMIT",
      level: null,
      rules: [{ id: "read-invoices", reason: "Invoices are there to be read.", effect: "PERMIT" }],
      unknown: [],
    },
    arguments: { path: "invoices/2026-0117.txt" },
    facts: { "time.day": DAY },
    end: { kind: "succeeded", code: null, message: null, result: "Invoice 2026-0117, Brenner Papier GmbH, 84.00 EUR" },
    sentAtMs: null,
    endedAtMs: null,
    compensates: null,
    compensatedBy: null,
    missedBeat: false,
    lost: {},
    ...facts,
  };
}

/** What the rules say to a payment that is in order. */
export const PAY_PERMIT = {
  kind: "PERMIT",
  level: null,
  rules: [
    { id: "pay-known-suppliers", reason: "Suppliers on the list are paid up to 500 euros a day.", effect: "PERMIT" },
  ],
  unknown: [],
} as const;
