import type { JsonObject, JsonValue, Signer } from "@aura/trust";
import { commit, hashText, newNonce, systemRandom } from "@aura/trust";
import type { ApprovalView, CallSummary, Demo, MissionView, Seat, TimelineItem } from "../../src/runtime-api.ts";
import { FakeLog, NAMESPACE } from "./fake-log.ts";

export const REFUND = "0199b1c0-0001-7000-8000-000000000001";
export const THIEF = "0199b1c0-0002-7000-8000-000000000002";
export const SUPPLIER = "0199b1c0-0003-7000-8000-000000000003";
export const UNDONE = "0199b1c0-0004-7000-8000-000000000004";
export const RETRYING = "0199b1c0-0005-7000-8000-000000000005";
export const ABANDONED = "0199b1c0-0006-7000-8000-000000000006";

const RELEASE = hashText("release");
const DAY = "2026-11-24";

/** Six missions as a shop's back office has them, each a case that the page must show well, and the log that they wrote. */
export interface FakeWorld {
  readonly log: FakeLog;
  readonly missions: MissionView[];
  readonly approvals: ApprovalView[];
  readonly demo: Demo;
}

export async function aWorld(nowMs: number, founder: Signer): Promise<FakeWorld> {
  const log = new FakeLog();
  await log.found(nowMs - 3_600_000, founder);
  const missions = [
    await refunded(log, nowMs - 1_500_000),
    await thief(log, nowMs - 840_000),
    await undone(log, nowMs - 600_000),
    abandoned(log, nowMs - 420_000),
    retrying(log, nowMs - 95_000),
    supplier(log, nowMs - 70_000),
  ];
  await log.sign(nowMs - 1_000);
  return { log, missions, approvals: [anApproval(nowMs)], demo: aDemo(nowMs) };
}

/** A mission's life on the log, told as it goes. */
class Story {
  readonly timeline: TimelineItem[] = [];
  readonly id: string;
  readonly #log: FakeLog;
  #atMs: number;

  constructor(log: FakeLog, id: string, startMs: number) {
    this.#log = log;
    this.id = id;
    this.#atMs = startMs;
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** @param at stream below the mission's own, "" for its own */
  next(at: string, type: string, summary: string, ms = 40, data: JsonObject = {}): this {
    this.#atMs += ms;
    const stream = `mission/${this.id}${at === "" ? "" : `/${at}`}`;
    const { seq, entry } = this.#log.append(stream, type, { timeMs: this.#atMs, data });
    this.timeline.push({ seq, timeMs: entry.timeMs, stream, type, actor: entry.actor, summary });
    return this;
  }

  started(): this {
    return this.next("", "mission.created", "Launched by the office")
      .next("", "mission.planned", "Context frozen")
      .next("", "mission.approval_requested", "Boundary frozen: 4 tools")
      .next("", "mission.approved", "Permitted by clerk-may-work")
      .next("", "mission.queued", "Queued")
      .next("", "mission.started", "Started, 10 minutes to go", 90);
  }

  async sealed(kind: string): Promise<this> {
    this.next("", "mission.finished", `Finished: ${kind}`, 60, { kind });
    this.#atMs += 300;
    await this.#log.seal(this.id, kind, this.#atMs);
    const { seq, entry } = this.#log.entries.at(-1)!;
    this.timeline.push({
      seq,
      timeMs: entry.timeMs,
      stream: entry.stream,
      type: entry.type,
      actor: entry.actor,
      summary: "Outcome signed and sealed",
    });
    return this;
  }
}

function aMission(
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
    deadlineMs: startMs + 600_000,
    ...facts,
  };
}

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
    ...facts,
  };
}

const PAY_PERMIT = {
  kind: "PERMIT",
  level: null,
  rules: [
    { id: "pay-known-suppliers", reason: "Suppliers on the list are paid up to 500 euros a day.", effect: "PERMIT" },
  ],
  unknown: [],
} as const;

async function refunded(log: FakeLog, startMs: number): Promise<MissionView> {
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

async function thief(log: FakeLog, startMs: number): Promise<MissionView> {
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

async function undone(log: FakeLog, startMs: number): Promise<MissionView> {
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

function abandoned(log: FakeLog, startMs: number): MissionView {
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

function retrying(log: FakeLog, startMs: number): MissionView {
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

const SUPPLIER_ARGUMENTS = {
  payee: "Halvorsen Maskin AS",
  amount: "4812.50",
  currency: "EUR",
  reference: "2026-0119",
} as const;

function supplier(log: FakeLog, startMs: number): MissionView {
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

function aDemo(nowMs: number): Demo {
  const titles = ["Without AURA", "With AURA", "A person signs", "Undone in reverse", "kill -9", "Flip a byte"];
  return {
    scenes: titles.map((title, index) => ({
      n: index + 1,
      title,
      state: ["done", "done", "waiting", "idle", "idle", "idle"][index] ?? "idle",
      missions: [[], [THIEF], [SUPPLIER]][index] ?? [],
      said:
        [
          ["The agent read invoice 2026-0118.", "Paid 2,900.00 EUR to Northgate Holdings Ltd."],
          ["pay was denied by only-known-payees. Nothing left."],
        ][index] ?? [],
    })),
    ledger: [
      {
        id: "1",
        key: "k1",
        payee: "Brenner Papier GmbH",
        amount: "84.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 1_500_000,
      },
      {
        id: "2",
        key: "k2",
        payee: "Lindqvist AB",
        amount: "120.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 600_000,
      },
      {
        id: "3",
        key: "k3",
        payee: "Lindqvist AB",
        amount: "-120.00",
        currency: "EUR",
        kind: "refund",
        atMs: nowMs - 598_000,
      },
    ],
    without: [
      {
        id: "1",
        key: "w1",
        payee: "Northgate Holdings Ltd",
        amount: "2900.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 900_000,
      },
    ],
  };
}
