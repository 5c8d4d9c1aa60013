import { describe, expect, it } from "vitest";
import type { CallFacts, Findings, MissionFacts } from "../crash/inspect.ts";
import type { Row } from "../crash/ledger.ts";
import { promisesBroken } from "../crash/verdict.ts";

const PAID: MissionFacts = { id: "m1", objective: "Pay.", state: "CLOSED SUCCEEDED" };
const FAILED: MissionFacts = { id: "m2", objective: "Close.", state: "CLOSED FAILED" };

const PAYMENT: Row = {
  kind: "payment",
  key: "m1/nordwind/1",
  payee: "nordwind",
  iban: "DE1",
  minor: 12_000,
  currency: "EUR",
  reference: "1",
};
const TAKEN_BACK: Row = { ...PAYMENT, key: "m2/aldgate/2", payee: "aldgate", reference: "2", minor: 19_000 };
const REFUND: Row = { ...TAKEN_BACK, kind: "refund" };

const REPORT = { path: "reports/a.txt", content: "Paid.", ino: 7, mtimeMs: 1, undone: false };

function aCall(facts: Partial<CallFacts>): CallFacts {
  const none = { votes: [], used: [[]], voters: [], unknowns: 0, retries: 0, arguments: {} };
  return { ...none, mission: "m1", key: "1.1", tool: "pay", intents: 1, end: "call.succeeded", ...facts };
}

const PAY = aCall({ arguments: { amount: "120.00" }, votes: [2], used: [[2]], voters: ["ines"] });
const WRITE = aCall({ key: "1.2", tool: "write_file", arguments: { path: REPORT.path, content: REPORT.content } });
const DENIED = aCall({ key: "1.3", end: "call.denied", intents: 0, used: [], arguments: { amount: "4800.00" } });
const PAY_THEN_UNDO = aCall({ mission: "m2", arguments: { amount: "190.00" } });
const UNDO = aCall({ mission: "m2", key: "undo.1.1", tool: "refund" });
const CALLS = [PAY, WRITE, DENIED, PAY_THEN_UNDO, UNDO];

function sendOf({ mission, key, tool }: CallFacts) {
  return { mission, call: key, tool, idempotencyKey: `${mission}/${key}` };
}

const CALM: Findings = {
  leaves: ["a", "b", "c"],
  size: 3,
  missions: [PAID, FAILED],
  calls: CALLS,
  files: [REPORT],
  sends: CALLS.filter(({ intents }) => intents > 0).map(sendOf),
  ledger: [PAYMENT, TAKEN_BACK, REFUND],
  reserved: 31_000,
  signedNote: undefined,
};

/** What the verdict says of a trial that left `after` and found `death` when it died. */
function judged(after: Partial<Findings>, death: Partial<Findings> = {}): readonly string[] {
  return promisesBroken({ calm: CALM, deaths: [{ ...CALM, ...death }], after: { ...CALM, ...after } });
}

function withCall(old: CallFacts, facts: Partial<CallFacts>): Pick<Findings, "calls"> {
  return { calls: CALLS.map((call) => (call === old ? { ...call, ...facts } : call)) };
}

describe("the verdict over a crash", () => {
  it("says nothing if every promise was kept", () => {
    expect(judged({})).toEqual([]);
  });

  it("says nothing of a call sent again because it was open when it died, and of what that keeps reserved", () => {
    const open = withCall(PAY, { end: "call.sent" });
    const again = { ...withCall(PAY, { intents: 2, unknowns: 1, used: [[2], [2]] }), reserved: 43_000 };
    expect(judged({ ...again, sends: [...CALM.sends, sendOf(PAY)] }, open)).toEqual([]);
  });

  it("says nothing of votes used again by a call that was open when it died, and once more only", () => {
    const [open, twice] = [withCall(PAY, { end: "call.sent" }), withCall(PAY, { intents: 2, used: [[2], [2]] })];
    const more = { sends: [...CALM.sends, sendOf(PAY)], reserved: 43_000 };
    expect(judged({ ...twice, ...more }, open)).toEqual([]);
    const thrice = withCall(PAY, { intents: 3, used: [[2], [2], [2]] });
    expect(judged({ ...thrice, ...more }, open).join("\n")).toMatch(/used its votes 3 times/);
  });

  it("says nothing of an undo that a person looked at and had tried again", () => {
    const [failed, again] = [aCall({ ...UNDO, end: "call.failed" }), aCall({ ...UNDO, key: "undo-2.1.1" })];
    const calls = CALLS.flatMap((call) => (call === UNDO ? [failed, again] : [call]));
    expect(judged({ calls, sends: [...CALM.sends, sendOf(again)] })).toEqual([]);
    const twice = CALLS.flatMap((call) => (call === UNDO ? [failed] : [call]));
    expect(judged({ calls: twice }).join("\n")).toMatch(/nobody did: refund as undo.1.1 ended as call.succeeded/);
  });

  it.each<[string, Partial<Findings>, RegExp, Partial<Findings>?]>([
    ["a mission is not CLOSED", { missions: [{ ...PAID, state: "IN_PROGRESS" }, FAILED] }, /m1 is IN_PROGRESS, not/],
    ["a mission ends otherwise", { missions: [PAID, { ...FAILED, state: "CLOSED SUCCEEDED" }] }, /not CLOSED FAILED/],
    ["a mission is lost", { missions: [FAILED] }, /there are 0 missions "Pay."/],
    ["a launch counts twice", { missions: [PAID, FAILED, { ...PAID, id: "m3" }] }, /there are 2 missions "Pay."/],
    ["a key is booked twice", { ledger: [...CALM.ledger, PAYMENT] }, /payment of m1.nordwind.1 more than once/],
    [
      "an invoice is paid under two keys",
      { ledger: [...CALM.ledger, { ...PAYMENT, key: "m1/x" }] },
      /one payment .* too many/,
    ],
    ["a payment is lost", { ledger: [TAKEN_BACK, REFUND] }, /lacks the payment of 12000/],
    [
      "another amount is paid",
      { ledger: [{ ...PAYMENT, minor: 12_001 }, TAKEN_BACK, REFUND] },
      /payment of 12001 .* too many/,
    ],
    ["a failed mission's payment stands", { ledger: [PAYMENT, TAKEN_BACK] }, /reversed 0 times, not 1/],
    ["a failed mission's payment is reversed twice", { ledger: [...CALM.ledger, REFUND] }, /reversed 2 times, not 1/],
    [
      "a good payment is reversed",
      { ledger: [...CALM.ledger, { ...PAYMENT, kind: "refund" }] },
      /reversed 1 times, not 0/,
    ],
    [
      "the thief is paid",
      { ledger: [...CALM.ledger, { ...PAYMENT, key: "m1/t", payee: "obol-trading" }] },
      /the thief has/,
    ],
    ["a reservation is lost", { reserved: 19_000 }, /hold 19000, and 31000 was paid/],
    ["a reservation is kept for nothing", { reserved: 43_000 }, /hold 43000, and 31000 was paid/],
    ["the log is rewritten", { leaves: ["a", "x", "c"] }, /not there any more/],
    ["the log is cut", { leaves: ["a", "b"] }, /not there any more/],
    ["a file holds something else", { files: [{ ...REPORT, content: "?" }] }, /does not stand as the log says/],
    ["a file is put aside without an undo", { files: [{ ...REPORT, undone: true }] }, /does not stand as the log says/],
    ["a whole file is written again", { files: [{ ...REPORT, mtimeMs: 2 }] }, /was written again/],
    ["a call leaves without an intent", withCall(PAY, { intents: 0, used: [] }), /left 1 times with 0 intents/],
    ["it had left without an intent when it died", {}, /when it died, .* 0 intents/, withCall(PAY, { intents: 0 })],
    [
      "a call that was not open is sent twice",
      { sends: [...CALM.sends, sendOf(PAY)], ...withCall(PAY, { intents: 2 }) },
      /was sent 2 times/,
    ],
    ["a call that never left succeeds", { sends: CALM.sends.slice(1) }, /was never sent/],
    [
      "a denied call is sent",
      { sends: [...CALM.sends, sendOf(DENIED)], ...withCall(DENIED, { intents: 1 }) },
      /denied call .* was sent/,
    ],
    ["a call has no end", withCall(PAY, { end: "call.unknown" }), /ended as call.unknown/],
    ["an effect is missing", { calls: CALLS.filter((call) => call !== UNDO) }, /nobody did: refund/],
    [
      "an effect is too many",
      { calls: [...CALLS, aCall({ key: "1.9" })], sends: [...CALM.sends, sendOf(aCall({ key: "1.9" }))] },
      /done besides: pay as 1.9/,
    ],
    ["a person votes twice", withCall(PAY, { votes: [2, 3], voters: ["ines", "ines"] }), /voted twice/],
    ["a vote is used twice", withCall(PAY, { used: [[2], [2]] }), /used its votes 2 times/],
    ["a vote is used that nobody cast", withCall(PAY, { used: [[9]] }), /a vote that is not there: 9/],
    ["a call leaves without its votes", withCall(PAY, { used: [[]] }), /without the votes cast for it/],
  ])("reports that %s", (_, after, sentence, death = {}) => {
    expect(judged(after, death).join("\n")).toMatch(sentence);
  });
});
