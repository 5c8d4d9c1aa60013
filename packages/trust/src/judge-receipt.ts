import { isAuraError, orNothing } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { commit } from "./commitment.ts";
import type { Custody, Entry, Hash } from "./entry.ts";
import { parseEntry } from "./entry-codec.ts";
import { hashText } from "./hash.ts";
import { isObject } from "./json-object.ts";
import type { JsonValue } from "./json-value.ts";
import { checkpointRefused, judgeFront } from "./judge-log.ts";
import type { NotChecked } from "./judge-log.ts";
import { verifyJws } from "./jws.ts";
import type { JwsRefusal } from "./jws.ts";
import { LogChains } from "./log-chains.ts";
import { checkFounding } from "./log-founding.ts";
import type { LogFounding } from "./log-founding.ts";
import { leafHash, merkleRoot, verifyInclusion } from "./merkle.ts";
import type { PublicKey } from "./public-key.ts";
import type { judgeVotes } from "./receipt-votes.ts";
import { readOutcome, readReceipt, RECEIPT_BYTES_MAX, RECEIPT_FORMAT } from "./receipt.ts";
import type { ProvenEntry, Receipt, ReceiptHead, ReceiptOutcome } from "./receipt.ts";
import type { ReceiptFinding } from "./receipt-finding.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** What the verifier knows from outside. Nothing of it is ever taken from the receipt. */
export interface ReceiptAnchors {
  readonly key: VerifierKey;
  readonly root?: PublicKey;
}

export interface VerifiedReceipt {
  readonly ok: true;
  readonly origin: string;
  readonly namespace: string;
  readonly mission: string;
  readonly outcome: ReceiptOutcome;
  readonly size: number;
  readonly root: Hash;
  readonly entries: number;
  readonly streams: number;
  readonly custody: readonly Custody[];
  readonly quorum: number;
  readonly founding: LogFounding;
  /** Payloads that the entries name: shown and verified, or not shown (erased, or left out by whoever wrote the receipt). */
  readonly payloads: { readonly opened: number; readonly closed: number };
  /** Votes that approved the mission or a call and were used: each verified. */
  readonly votes: number | null;
  readonly notChecked: readonly NotChecked[];
}

export type ReceiptJudgement = VerifiedReceipt | ReceiptFinding;

const OUTCOME_TYP = "aura-outcome+jwt";
const SEALS: readonly string[] = ["mission.sealed", "mission.abandoned"];

/**
 * Verifies a receipt (`aura-receipt-1`, parsed JSON) offline: checkpoint under `key`, founding, inclusion of every entry,
 * chains without a gap, the signed outcome, completeness by the root over the streams' heads, every payload that is opened, every
 * vote that was used.
 * Votes are held against what people were asked by `votesJudge` (`judgeVotes` of `@aura/trust/verify-votes`); without it they
 * are `null`, and `notChecked` says so. O(bytes). Never throws for what the receipt holds.
 */
export function judgeReceipt(
  receipt: unknown,
  anchors: ReceiptAnchors,
  votesJudge?: typeof judgeVotes,
): ReceiptJudgement {
  try {
    return judge(receipt, anchors, votesJudge);
  } catch (error) {
    if (error instanceof Refused) return error.finding;
    throw error;
  }
}

/** Ends a judgement from inside a helper; never leaves this file. */
class Refused extends Error {
  readonly finding: ReceiptFinding;

  constructor(finding: ReceiptFinding) {
    super(finding.reason);
    this.finding = finding;
  }
}

function judge(value: unknown, anchors: ReceiptAnchors, votesJudge: typeof judgeVotes | undefined): VerifiedReceipt {
  const receipt = read(value);
  const checkpoint = openUnder(receipt, anchors.key);
  const founding = founded(receipt, checkpoint, anchors);
  const { chains, before, seal } = follow(receipt, checkpoint);
  const outcome = openOutcome(receipt, founding, seal);
  requireComplete(receipt, outcome, before, chains);
  requireAgreement(receipt, checkpoint, outcome, seal);
  requireHonestFront(receipt, founding);
  const approvers = approversIn(receipt, checkpoint); // before a member of them is read
  const payloads = openPayloads(receipt);
  const votes = votesJudge?.(receipt, founding.statement, approvers) ?? null;
  if (typeof votes === "object" && votes !== null) throw new Refused(votes);
  const notChecked: NotChecked[] = ["witness", "older_checkpoint"]; // a receipt holds no consistency proof
  if (anchors.root === undefined) notChecked.push("root_key");
  if (votes === null) notChecked.push("votes");
  return {
    ok: true,
    origin: checkpoint.origin,
    namespace: receipt.namespace,
    mission: receipt.mission,
    outcome,
    size: checkpoint.size,
    root: checkpoint.root,
    entries: receipt.entries.length,
    streams: chains.streams,
    custody: receipt.custody,
    quorum: receipt.quorum,
    founding,
    payloads,
    votes,
    notChecked,
  };
}

/** A plain copy of what JSON can carry, so that nothing changes between two looks at it. */
function read(value: unknown): Receipt {
  const copy = orNothing(() => parseCanonicalJson(canonicalJson(value as JsonValue), { bytesMax: RECEIPT_BYTES_MAX }));
  if (!isObject(copy)) throw malformed();
  const { format } = copy;
  if (typeof format === "string" && format !== RECEIPT_FORMAT) throw unknownFormat(format);
  const receipt = readReceipt(copy);
  if (receipt === undefined) throw malformed();
  return receipt;
}

function openUnder({ origin, namespace, checkpoint }: Receipt, key: VerifierKey): Checkpoint {
  const front = judgeFront({ origin, namespace }, key);
  if (front !== undefined) throw new Refused(front);
  const opened = openCheckpoint(checkpoint, key);
  if (!opened.ok) throw new Refused(checkpointRefused(opened.reason));
  return opened;
}

function founded(receipt: Receipt, checkpoint: Checkpoint, anchors: ReceiptAnchors): LogFounding {
  const entry = proven({ seq: 0, ...receipt.founding }, checkpoint);
  const founding = checkFounding(entry, anchors, 1);
  if ("reason" in founding) throw new Refused(founding);
  if (founding.statement.refounds !== null) throw new Refused({ ok: false, reason: "refounded", seq: 0 });
  return founding;
}

/** The entry, if it stands in the signed tree and belongs to this namespace. */
function proven({ seq, entry, proof }: ProvenEntry, { size, root }: Checkpoint): Entry {
  const text = canonicalJson(entry as unknown as JsonValue);
  if (!verifyInclusion({ leaf: leafHash(text), index: seq, size, proof, root }))
    throw new Refused({ ok: false, reason: "entry_altered", seq });
  try {
    const parsed = parseEntry(text);
    if (parsed.kind === "entry") return parsed.entry;
    throw unknownFormat(parsed.format, seq);
  } catch (error) {
    throw isAuraError(error) ? malformed() : error;
  }
}

interface Followed {
  readonly chains: LogChains;
  /** Heads just before the last entry. */
  readonly before: readonly ReceiptHead[];
  readonly seal: { readonly seq: number; readonly entry: Entry };
}

function follow(receipt: Receipt, checkpoint: Checkpoint): Followed {
  const own = `mission/${receipt.mission}`;
  const chains = new LogChains();
  requireLogOrder(receipt.entries);
  let before: readonly ReceiptHead[] = [];
  let seal: Followed["seal"] | undefined;
  for (const item of receipt.entries) {
    const { seq } = item;
    const entry = proven(item, checkpoint);
    if (entry.namespace !== receipt.namespace) throw foreign(seq, "namespace");
    if (entry.stream !== own && !entry.stream.startsWith(`${own}/`)) throw foreign(seq, "mission");
    if (seal !== undefined) throw foreign(seq, "after_outcome");
    const carriesOutcome = entry.stream === own && SEALS.includes(entry.type);
    if (carriesOutcome) before = headsOf(chains);
    const broken = chains.follow(entry, leafHash(canonicalJson(entry as unknown as JsonValue)), seq);
    if (broken !== undefined && "reason" in broken) throw new Refused(broken);
    if (broken !== undefined) {
      const { stream, missing: version } = broken;
      throw new Refused({ ok: false, reason: "incomplete", stream, version, before: seq });
    }
    if (carriesOutcome) seal = { seq, entry };
  }
  if (seal === undefined) throw new Refused({ ok: false, reason: "not_sealed" });
  return { chains, before, seal };
}

function requireLogOrder(entries: readonly ProvenEntry[]): void {
  let last = 0; // the founding's place
  for (const { seq } of entries) {
    if (seq <= last) throw new Refused({ ok: false, reason: "entries_reordered", seq, after: last });
    last = seq;
  }
}

function headsOf(chains: LogChains): readonly ReceiptHead[] {
  return chains.names().flatMap((stream) => {
    const head = chains.head(stream);
    return head === undefined ? [] : [{ stream, version: head.version, hash: head.leaf }];
  });
}

function openOutcome(receipt: Receipt, { statement }: LogFounding, { seq, entry }: Followed["seal"]): ReceiptOutcome {
  const jws = entry.data["outcome"];
  if (typeof jws !== "string") throw new Refused({ ok: false, reason: "not_sealed" });
  const keys = statement.keys.filter(({ use }) => use === "outcome");
  const verification = verifyJws(jws, OUTCOME_TYP, keys);
  if (!verification.ok) throw forged(seq, verification.reason);
  const { format } = verification.payload;
  if (typeof format === "string" && format !== "aura-outcome-1") throw unknownFormat(format, seq);
  const outcome = readOutcome(verification.payload);
  if (outcome === undefined) throw forged(seq, "members");
  if (outcome.namespace !== receipt.namespace || outcome.mission !== receipt.mission) {
    throw forged(seq, "mission");
  }
  return outcome;
}

function requireComplete(
  receipt: Receipt,
  outcome: ReceiptOutcome,
  before: readonly ReceiptHead[],
  chains: LogChains,
): void {
  const root = merkleRoot(before.map((head) => leafHash(canonicalJson({ ...head }))));
  if (outcome.streams !== before.length || outcome.heads !== root) {
    throw new Refused({ ok: false, reason: "incomplete", problem: "entries" });
  }
  const listed = canonicalJson(receipt.heads as unknown as JsonValue);
  if (listed !== canonicalJson(headsOf(chains) as unknown as JsonValue)) {
    throw new Refused({ ok: false, reason: "incomplete", problem: "heads" });
  }
}

/** What outcome and entries both say. */
function requireAgreement(
  { entries, opened }: Receipt,
  checkpoint: Checkpoint,
  outcome: ReceiptOutcome,
  seal: Followed["seal"],
): void {
  const { seq } = seal;
  const frozen = entries.find(({ entry }) => entry.type === "mission.approval_requested")?.entry;
  if ((frozen?.data["boundary"] ?? null) !== outcome.boundary) {
    throw new Refused({ ok: false, reason: "outcome_contradicted", seq, problem: "boundary" });
  }
  const shown = frozen?.payloads["boundary"] && opened[frozen.payloads["boundary"]];
  if (shown !== undefined && hashText(shown.text) !== outcome.boundary) {
    throw payloadAltered("boundary");
  }
  const finished = entries.find(({ entry }) => entry.type === "mission.finished");
  if (seal.entry.type !== "mission.sealed") return;
  const covered = outcome.checkpoint?.size ?? 0;
  if (finished === undefined || covered <= finished.seq || covered > checkpoint.size) {
    throw new Refused({ ok: false, reason: "outcome_contradicted", seq, problem: "checkpoint" });
  }
}

function requireHonestFront({ entries, custody, quorum }: Receipt, { statement }: LogFounding): void {
  const actual = [...new Set(entries.map(({ entry }) => entry.actor.custody))].toSorted();
  if (canonicalJson(custody) !== canonicalJson(actual)) {
    throw new Refused({ ok: false, reason: "custody_misstated", custody, actual });
  }
  const { quorum: founded } = statement.constitution;
  if (quorum !== founded) throw new Refused({ ok: false, reason: "custody_misstated", quorum, founded });
}

/** The enrolments that the receipt shows, proven: entries of `control` in the order of the log. */
function approversIn({ namespace, approvers = [] }: Receipt, checkpoint: Checkpoint): readonly ProvenEntry[] {
  requireLogOrder(approvers);
  return approvers.map((item) => {
    const entry = proven(item, checkpoint);
    if (entry.namespace !== namespace) throw foreign(item.seq, "namespace");
    if (entry.stream !== "control") throw foreign(item.seq, "mission");
    return { ...item, entry };
  });
}

function openPayloads({ entries, approvers = [], opened }: Receipt): VerifiedReceipt["payloads"] {
  const named = new Set<string>([...entries, ...approvers].flatMap(({ entry }) => Object.values(entry.payloads)));
  for (const [commitment, { nonce, text }] of Object.entries(opened)) {
    if (!named.has(commitment)) throw payloadAltered("unnamed");
    if (orNothing(() => commit(nonce, text)) !== commitment) throw payloadAltered("text");
  }
  const count = Object.keys(opened).length;
  return { opened: count, closed: named.size - count };
}

function malformed(): Refused {
  return new Refused({ ok: false, reason: "malformed_receipt" });
}

function unknownFormat(format: string, seq?: number): Refused {
  return new Refused({ ok: false, reason: "unknown_format", format, line: 1, ...(seq === undefined ? {} : { seq }) });
}

function foreign(seq: number, problem: "namespace" | "mission" | "after_outcome"): Refused {
  return new Refused({ ok: false, reason: "foreign_entry", seq, problem });
}

function forged(seq: number, problem: JwsRefusal | "members" | "mission"): Refused {
  return new Refused({ ok: false, reason: "outcome_forged", seq, problem });
}

function payloadAltered(problem: "boundary" | "unnamed" | "text"): Refused {
  return new Refused({ ok: false, reason: "payload_altered", problem });
}
