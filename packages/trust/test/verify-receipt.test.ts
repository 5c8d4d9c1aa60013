import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, signJws, verifierKeyOf, verifyReceipt } from "../src/index.ts";
import type { Entry, JsonValue, Receipt, ReceiptAnchors, ReceiptVerification } from "../src/index.ts";
import { noteReceipt } from "./judged.ts";
import { votedLog } from "./voted-log.ts";
import type { VotedDifferences } from "./voted-log.ts";
import { LOG_KEY, LogBuilder, MISSION, ORIGIN, receiptOf, ROOT_KEY, sampleLog, sampleSigner } from "./sample-log.ts";

let log: LogBuilder;
let receipt: Receipt;

beforeAll(async () => {
  log = await sampleLog();
  receipt = await receiptOf(log);
});

function verify(changed: unknown): ReceiptVerification {
  return verifyUnder(changed, { key: LOG_KEY });
}

function verifyUnder(changed: unknown, anchors: ReceiptAnchors): ReceiptVerification {
  return noteReceipt(changed, anchors, verifyReceipt(changed, anchors));
}

/** The receipt of the sample with its last entry, which carries the outcome, made anew: what a holder of the log key can do. */
async function sealedWith(change: Record<string, JsonValue>, signer = sampleSigner("outcome")): Promise<Receipt> {
  const made = await sampleLog();
  const seal = made.entries.pop()!;
  const [, payload = ""] = (seal.data["outcome"] as string).split(".");
  const outcome = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, JsonValue>;
  const jws = await signJws(signer, "aura-outcome+jwt", { ...outcome, ...change });
  made.entries.push({ ...seal, data: { outcome: jws } });
  return receiptOf(made);
}

describe("verifyReceipt", () => {
  it("accepts the receipt of a sealed mission, and says what it could not check", () => {
    expect(verify(receipt)).toMatchObject({
      ok: true,
      mission: MISSION,
      size: 16,
      entries: 13,
      streams: 3,
      custody: ["agent", "runtime"],
      quorum: 1,
      outcome: { kind: "SUCCEEDED" },
      payloads: { opened: 5, closed: 0 },
      notChecked: ["witness", "older_checkpoint", "root_key"],
    });
    expect(verifyUnder(receipt, { key: LOG_KEY, root: ROOT_KEY })).toMatchObject({
      ok: true,
      founding: { signature: "verified" },
    });
  });

  it("accepts a receipt that does not show every payload, and counts those", () => {
    expect(verify({ ...receipt, opened: {} })).toMatchObject({ ok: true, payloads: { opened: 0, closed: 5 } });
  });

  it("refuses the receipt with any text or number in it changed", () => {
    const text = canonicalJson(receipt as unknown as JsonValue);
    let tried = 0;
    for (const { index } of text.matchAll(/[A-Za-z0-9]/g)) {
      if (index % 11 !== 0) continue;
      const other = text[index] === "1" ? "2" : "1";
      let value: unknown;
      try {
        value = JSON.parse(text.slice(0, index) + other + text.slice(index + 1));
      } catch {
        continue;
      }
      tried += 1;
      expect(verify(value).ok, text.slice(index - 30, index + 5)).toBe(false);
    }
    expect(tried).toBeGreaterThan(500);
  });

  it.each<[string, (whole: Receipt) => unknown, string]>([
    [
      "an entry that was changed",
      (whole) => withEntry(whole, 3, (entry) => ({ ...entry, data: { by: "nobody" } })),
      "entry_altered",
    ],
    ["an entry that was left out", (whole) => ({ ...whole, entries: whole.entries.toSpliced(3, 1) }), "incomplete"],
    [
      "a stream that was left out",
      (whole) => ({ ...whole, entries: whole.entries.filter(({ entry }) => !entry.stream.includes("/call/")) }),
      "incomplete",
    ],
    [
      "the end of a stream left out",
      (whole) => ({ ...whole, entries: whole.entries.filter(({ entry }) => entry.type !== "run.ended") }),
      "incomplete",
    ],
    ["its outcome left out", (whole) => ({ ...whole, entries: whole.entries.slice(0, -1) }), "not_sealed"],
    ["no entries", (whole) => ({ ...whole, entries: [] }), "not_sealed"],
    [
      "entries in another order",
      (whole) => ({ ...whole, entries: [whole.entries[1], whole.entries[0], ...whole.entries.slice(2)] }),
      "entries_reordered",
    ],
    ["heads that are not those of its entries", (whole) => ({ ...whole, heads: whole.heads.slice(1) }), "incomplete"],
    ["another mission's name", (whole) => ({ ...whole, mission: "other" }), "foreign_entry"],
    ["a custody that its entries do not have", (whole) => ({ ...whole, custody: ["agent"] }), "custody_misstated"],
    ["custodies run together", (whole) => ({ ...whole, custody: [whole.custody.join(" ")] }), "custody_misstated"],
    [
      "an approver that is nowhere in the log",
      (whole) => ({ ...whole, approvers: [{ seq: 1, entry: {}, proof: [] }] }),
      "entry_altered",
    ],
    [
      "an entry of a mission among its approvers",
      (whole) => ({ ...whole, approvers: [whole.entries[0]] }),
      "foreign_entry",
    ],
    ["approvers twice", (whole) => ({ ...whole, approvers: [founding(whole), founding(whole)] }), "entries_reordered"],
    ["a format that is no text", (whole) => ({ ...whole, format: 1 }), "malformed_receipt"],
    ["a quorum that the founding does not say", (whole) => ({ ...whole, quorum: 3 }), "custody_misstated"],
    [
      "a text that no entry names",
      (whole) => ({ ...whole, opened: { ["A".repeat(43)]: { nonce: "A".repeat(43), text: "{}" } } }),
      "payload_altered",
    ],
    ["a member more", (whole) => ({ ...whole, extra: 1 }), "malformed_receipt"],
    ["a newer format", (whole) => ({ ...whole, format: "aura-receipt-2" }), "unknown_format"],
    ["another origin", (whole) => ({ ...whole, origin: "example.com/aura/other" }), "wrong_origin"],
    [
      "another entry as its founding",
      (whole) => ({ ...whole, founding: { ...whole.founding, entry: whole.entries[0]?.entry } }),
      "entry_altered",
    ],
  ])("refuses a receipt with %s", (_, change, reason) => {
    expect(verify(change(receipt))).toMatchObject({ ok: false, reason });
  });

  it("refuses a text that is not the one its entry commits to", () => {
    const [[commitment, payload] = []] = Object.entries(receipt.opened);
    const opened = { ...receipt.opened, [String(commitment)]: { nonce: payload?.nonce, text: '{"total":"99.00"}' } };
    expect(verify({ ...receipt, opened })).toMatchObject({ reason: "payload_altered" });
  });

  it("refuses a boundary that opens its commitment but not the digest that was frozen", async () => {
    const made = await sampleLog({}, sampleSigner("root"), '{"tools":["everything"]}');
    expect(verify(await receiptOf(made))).toMatchObject({ reason: "payload_altered" });
  });

  it("refuses an outcome that another key signed, though log, proofs and chains fit", async () => {
    expect(verify(await sealedWith({}))).toMatchObject({ ok: true });
    expect(verify(await sealedWith({}, sampleSigner("stranger")))).toMatchObject({ reason: "outcome_forged" });
    expect(verify(await sealedWith({}, sampleSigner("log")))).toMatchObject({ reason: "outcome_forged" });
  });

  it.each<[string, Record<string, JsonValue>, string]>([
    ["of another mission", { mission: "other" }, "outcome_forged"],
    ["over fewer streams", { streams: 2 }, "incomplete"],
    ["over other heads", { heads: "A".repeat(43) }, "incomplete"],
    ["with another boundary", { boundary: "A".repeat(43) }, "outcome_contradicted"],
    ["without a checkpoint over the end", { checkpoint: null }, "outcome_contradicted"],
    [
      "with a checkpoint from before the end",
      { checkpoint: { size: 14, root: "A".repeat(43) } },
      "outcome_contradicted",
    ],
    ["of a newer format", { format: "aura-outcome-2" }, "unknown_format"],
    ["of an unknown kind", { kind: "SPLENDID" }, "outcome_forged"],
  ])("refuses an outcome %s", async (_, change, reason) => {
    expect(verify(await sealedWith(change))).toMatchObject({ ok: false, reason });
  });

  it("takes the key from its caller only", () => {
    expect(verifyUnder(receipt, { key: verifierKeyOf(ORIGIN, sampleSigner("stranger").publicKey) })).toMatchObject({
      reason: "wrong_key",
    });
    expect(verifyUnder(receipt, { key: LOG_KEY, root: sampleSigner("stranger").publicKey })).toMatchObject({
      reason: "founding_forged",
    });
  });

  it.each([null, undefined, 1, "text", [], {}, { format: "aura-receipt-1" }, Number.NaN, new Map()])(
    "refuses %o, and throws nothing",
    (value) => {
      expect(verify(value)).toMatchObject({ ok: false, reason: "malformed_receipt" });
    },
  );
});

function founding(whole: Receipt) {
  return { seq: 0, ...whole.founding };
}

function withEntry(whole: Receipt, at: number, change: (entry: Entry) => Entry): Receipt {
  const item = whole.entries[at]!;
  return { ...whole, entries: whole.entries.with(at, { ...item, entry: change(item.entry) }) };
}

describe("verifyReceipt, of votes", () => {
  const verifyVoted = async (differences: VotedDifferences) => verify(await receiptOf(await votedLog(differences)));

  it("verifies a vote each time that it was used", async () => {
    expect(await verifyVoted({})).toMatchObject({ ok: true, votes: 1 });
    expect(await verifyVoted({ approvals: 3 })).toMatchObject({ ok: true, votes: 3 });
  });

  it.each<[string, VotedDifferences, number]>([
    ["a vote", { voteFormat: "aura-vote-2" }, 5],
    ["an enrolment", { enrolmentFormat: "aura-enrolment-2" }, 1],
  ])("says of %s of a later format that it is unknown, and accuses nobody of forging it", async (_, later, seq) => {
    expect(await verifyVoted(later)).toMatchObject({ ok: false, reason: "unknown_format", seq });
  });

  it("refuses a vote that is used twice at once, also one that would be refused for itself", async () => {
    const twice = { used: [4, 4] };
    expect(await verifyVoted(twice)).toMatchObject({ ok: false, reason: "vote_forged", seq: 6 });
    expect(await verifyVoted({ ...twice, voteFormat: "aura-vote-2" })).toMatchObject({ reason: "vote_forged", seq: 6 });
    expect(await verifyVoted({ used: [4, 9] })).toMatchObject({ reason: "vote_missing", seq: 6 });
  });
});
