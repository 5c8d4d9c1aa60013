import type { JsonValue } from "@aura/trust";
import { commit, hashText, newNonce, systemRandom } from "@aura/trust";
import type { ApprovalView, MissionView, Seat } from "../../src/runtime-api.ts";
import { type FakeLog, NAMESPACE } from "./fake-log.ts";
import { RELEASE, aCall, aMission } from "./fake-mission.ts";
import { Story } from "./fake-story.ts";

export const SUPPLIER = "0199b1c0-0003-7000-8000-000000000003";

const SUPPLIER_ARGUMENTS = {
  payee: "Halvorsen Maskin AS",
  amount: "4812.50",
  currency: "EUR",
  reference: "2026-0119",
} as const;

/** Its payment waits for a manager. */
export function supplier(log: FakeLog, startMs: number): MissionView {
  const story = new Story(log, SUPPLIER, startMs).started();
  const sent = story.next("call/1.0", "call.sent", "read_text_file sent").atMs;
  story.next("call/1.0", "call.succeeded", "read_text_file succeeded", 12);
  story.next("call/1.1", "call.parked", "pay 4,812.50 EUR waits for L2", 500, { untilMs: startMs + 900_000 });
  return aMission(story, startMs, {
    objective: "Pay the spare parts for the packing line",
    waitsFor: "approval",
    deadlineMs: startMs + 900_000,
    calls: [
      aCall({
        key: "1.0",
        tool: "read_text_file",
        sentAtMs: sent,
        endedAtMs: sent + 12,
        arguments: { path: "invoices/2026-0119.txt" },
      }),
      aCall({
        key: "1.1",
        tool: "pay",
        class: "write",
        state: "parked",
        attempts: 0,
        decision: {
          kind: "ESCALATE",
          level: "L2",
          rules: [
            { id: "pay-over-500", reason: "Above 500 euros a manager looks at the payment.", effect: "ESCALATE" },
          ],
          unknown: [],
        },
        arguments: SUPPLIER_ARGUMENTS,
        end: null,
      }),
    ],
  });
}

/** What the manager is asked. */
export function anApproval(
  nowMs: number,
  overrides: { readonly call?: string; readonly seats?: readonly Seat[] } = {},
): ApprovalView {
  const call = overrides.call ?? "1.1";
  const untilMs = nowMs + 780_000;
  const shown = [
    "AURA asks for your approval",
    "",
    `namespace  ${NAMESPACE}`,
    "agent      invoice-clerk",
    `mission    ${SUPPLIER}`,
    "objective  Pay the spare parts for the packing line",
    `call       ${call}`,
    "tool       pay",
    ...Object.entries(SUPPLIER_ARGUMENTS).map(([name, value]) => `  ${name.padEnd(9)} ${value}`),
    "level      L2",
    "because    pay-over-500: Above 500 euros a manager looks at the payment.",
    `until      ${new Date(untilMs).toISOString()}`,
  ].join("\n");
  return {
    id: `${SUPPLIER}.${call}`,
    mission: SUPPLIER,
    call,
    agent: "invoice-clerk",
    objective: "Pay the spare parts for the packing line",
    tool: "pay",
    arguments: { ...SUPPLIER_ARGUMENTS } satisfies Record<string, JsonValue>,
    level: "L2",
    rules: [{ id: "pay-over-500", reason: "Above 500 euros a manager looks at the payment." }],
    shown,
    vote: {
      format: "aura-vote-1",
      namespace: NAMESPACE,
      mission: SUPPLIER,
      call,
      tool: "pay",
      arguments: commit(newNonce(systemRandom), "{}"),
      boundary: hashText(`boundary ${SUPPLIER}`),
      level: "L2",
      shown: hashText(shown),
      release: RELEASE,
      expiresMs: untilMs,
    },
    lost: {},
    pool: {
      level: "L2",
      quorum: 1,
      seats: overrides.seats ?? [
        { person: "ada", name: "Ada Moreau", position: "head-of-purchasing", delegation: null },
        { person: "tomasz", name: "Tomasz Reil", position: "head-of-purchasing", delegation: "holiday-2026-11" },
      ],
    },
    votes: [],
    requestedAtMs: nowMs - 70_000,
    untilMs,
  };
}
