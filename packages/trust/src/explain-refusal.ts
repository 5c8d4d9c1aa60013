import { logLineUnended } from "./log-error.ts";
import type { LogFinding } from "./log-finding.ts";
import * as log from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";
import type { ReceiptFinding } from "./receipt-finding.ts";
import * as receipt from "./receipt-refusal.ts";
import type { ReceiptRefusal } from "./receipt-refusal.ts";

/**
 * Puts what `judgeLog` or `judgeReceipt` found into words: what stands against the file, why it matters and what to do.
 * The words of `verifyLog`, `verifyReceipt` and `aura-trust`, for whoever wants the small verifier first and words on demand.
 */
export function explainRefusal(finding: LogFinding): LogRefusal;
export function explainRefusal(finding: ReceiptFinding): ReceiptRefusal;
export function explainRefusal(finding: ReceiptFinding): ReceiptRefusal {
  const explain = WORDS[finding.reason] as (found: ReceiptFinding) => ReceiptRefusal; // the row of its own reason
  return explain(finding);
}

type Of<Reason extends ReceiptFinding["reason"]> = Extract<ReceiptFinding, { readonly reason: Reason }>;

const FOREIGN = {
  namespace: "belongs to another namespace",
  mission: "belongs to another mission",
  after_outcome: "follows the entry with the outcome",
};
const CONTRADICTED = {
  boundary: "names another boundary than the one that was frozen",
  checkpoint: "was not signed after a checkpoint over the end of the mission",
};
const INCOMPLETE = {
  entries: "The entries are not all that the outcome was signed over.",
  heads: "The heads in the receipt are not where its entries end.",
};
const PAYLOAD = {
  boundary: "The boundary that is shown is not the one whose digest the entries name.",
  unnamed: "A text is shown that no entry names.",
  text: "A text that is shown is not the one that its entry commits to.",
};
const LINE = {
  blank: "is blank",
  carriage_return: "ends in a carriage return: the file was converted",
  no_line: "is not a line of a log",
  no_entry: "holds no entry, though its hash fits",
  not_utf8: "is not UTF-8",
};
const FOUNDING = {
  missing: "is missing: the log has no entries",
  no_founding: "is not the founding of a namespace",
  malformed: "holds a founding statement that is malformed",
  other_release: "names another first release than its statement",
};

const VOTE_MISSING = {
  entry: "names a vote that is not there, or is no approval of what was asked",
  closed: "rests on a vote whose signature is not shown",
  quorum: "rests on fewer votes than had to agree",
};
const VOTE = {
  key: "was not signed by a key that counted for that person then",
  request: "is over another request than the one that it was used for",
  shown: "is over another text than the one that was shown",
  person: "counts one person twice",
  enrolment: "rests on a key that was not enrolled by those who must",
};

/** One row a reason; what log and receipt have in common stands in the words of the log. */
const WORDS: { readonly [Reason in ReceiptFinding["reason"]]: (finding: Of<Reason>) => ReceiptRefusal } = {
  empty: log.emptyLog,
  malformed_header: log.malformedHeader,
  malformed_line: ({ line, problem }) => log.malformedLine(line, LINE[problem]),
  oversized_line: ({ line, bytesMax }) => log.oversizedLine(line, bytesMax),
  wrong_origin: ({ found, wanted }) => log.wrongOrigin(found, wanted),
  wrong_namespace: (finding) => log.wrongNamespace(placeOf(finding), finding.found, finding.wanted),
  wrong_key: () => log.checkpointRefused("unsigned"),
  checkpoint_forged: ({ problem }) => log.checkpointRefused(problem),
  older_checkpoint_refused: ({ problem }) => log.olderCheckpointRefused(problem),
  entry_altered: altered,
  entry_dropped: (finding) => log.entryDropped(finding.seq, droppedText(finding)),
  entry_repeated: (finding) => log.entryRepeated(finding.seq, repeatedText(finding)),
  entries_reordered: (finding) => log.entriesReordered(finding.seq, reorderedText(finding)),
  fence_broken: ({ seq, stream }) => log.fenceBroken(seq, stream),
  time_backwards: ({ seq, stream }) => log.timeBackwards(seq, stream),
  truncated,
  unsigned_tail: ({ seq, line }) => log.unsignedTail(seq, line),
  rewritten: ({ older }) => rewritten(older),
  not_founded: (finding) =>
    log.notFounded("origin" in finding ? `founds another log, ${finding.origin}` : FOUNDING[finding.problem]),
  founding_forged: ({ problem }) => log.foundingForged(problem),
  log_key_foreign: log.logKeyForeign,
  unknown_format: (finding) => log.unknownFormat({ format: finding.format, ...placeOf(finding) }),
  refounded: ({ seq, lost }) => log.refoundedLog(seq, lost === undefined ? "" : lostText(lost)),
  malformed_receipt: receipt.malformedReceipt,
  not_sealed: receipt.notSealed,
  foreign_entry: ({ seq, problem }) => receipt.foreignEntry(seq, FOREIGN[problem]),
  outcome_forged: ({ seq, problem }) => receipt.outcomeForged(seq, outcomeProblem(problem)),
  outcome_contradicted: ({ seq, problem }) => receipt.outcomeContradicted(seq, CONTRADICTED[problem]),
  incomplete: (finding) => receipt.incompleteReceipt(incompleteText(finding)),
  payload_altered: ({ problem }) => receipt.payloadAltered(PAYLOAD[problem]),
  custody_misstated: (finding) => receipt.misstated(misstatedText(finding)),
  vote_missing: ({ seq, problem }) => receipt.voteMissing(seq, VOTE_MISSING[problem]),
  vote_forged: ({ seq, problem }) => receipt.voteForged(seq, VOTE[problem]),
};

function repeatedText(finding: Of<"entry_repeated">): string {
  const { seq } = finding;
  return "stream" in finding
    ? `Entry ${seq} is version ${finding.version} of stream ${finding.stream}, which the file holds already.`
    : `Line ${finding.line} is numbered ${seq}, a position that is taken already.`;
}

function reorderedText(finding: Of<"entries_reordered">): string {
  const { seq } = finding;
  if ("after" in finding) return `Entry ${seq} stands after entry ${finding.after}: entries were put in another order.`;
  const { stream, version, found } = finding;
  return `Entry ${found}, version ${version} of stream ${stream}, stands after a later version of it, entry ${seq}.`;
}

function incompleteText(finding: Of<"incomplete">): string {
  if ("problem" in finding) return INCOMPLETE[finding.problem];
  return `Version ${finding.version} of stream ${finding.stream} is missing before entry ${finding.before}.`;
}

function misstatedText(finding: Of<"custody_misstated">): string {
  return "quorum" in finding
    ? `The receipt says quorum ${finding.quorum}; the founding says ${finding.founded}.`
    : `The receipt says custody ${finding.custody.join(", ")}; its entries say ${finding.actual.join(", ")}.`;
}

function outcomeProblem(problem: Of<"outcome_forged">["problem"]): string {
  if (problem === "members") return "has not the members of an outcome";
  return problem === "mission" ? "is the one of another mission" : `does not verify (${problem})`;
}

function altered(finding: Of<"entry_altered">): LogRefusal {
  const { seq } = finding;
  if ("next" in finding) {
    const { next, stream } = finding;
    return log.entryAltered(
      seq,
      `Entry ${seq} is not the one that entry ${next}, the next of stream ${stream}, links to.`,
    );
  }
  if (!("line" in finding)) return receipt.notInTheLog(seq);
  const { line } = finding;
  return "found" in finding
    ? log.entryAltered(seq, `Line ${line} holds entry ${seq} but is numbered ${finding.found}.`, line)
    : log.entryAltered(seq, `Entry ${seq}, on line ${line}, does not have the hash beside it.`, line);
}

function droppedText(finding: Of<"entry_dropped">): string {
  const { seq } = finding;
  if ("stream" in finding) {
    const { stream, version } = finding;
    return `Version ${version} of stream ${stream} is missing before entry ${seq}: an entry was taken out and the others numbered anew.`;
  }
  const { found } = finding;
  return found === seq + 1
    ? `Entry ${seq} is missing: entry ${found} stands in its place.`
    : `Entries ${seq} to ${found - 1} are missing: entry ${found} stands in their place.`;
}

function truncated(finding: Of<"truncated">): LogRefusal {
  if ("size" in finding) {
    return log.truncatedLog(
      `The file ends after ${finding.seq} entries; the checkpoint covers ${finding.size}.`,
      "The tail was cut, or entries that were the last of their streams were taken out and the others numbered anew.",
      finding.seq,
    );
  }
  if ("older" in finding) {
    return log.truncatedLog(
      `The log holds ${finding.seq} entries; the older checkpoint covers ${finding.older}.`,
      "Entries that were signed before are gone, and a smaller log was signed with the same key: a log only grows.",
      finding.seq,
    );
  }
  const { what, why } = logLineUnended(finding.line);
  return log.truncatedLog(what, why);
}

function rewritten(older: number | null): LogRefusal {
  return older === null
    ? log.rewrittenLog(
        "The entries are not the ones that the checkpoint was signed over.",
        "Each line fits its own hash and each stream its chain, but together they give another root: an entry was exchanged together with its hash, or entries of different streams were put in another order and numbered anew.",
      )
    : log.rewrittenLog(
        `The first ${older} entries are not those of the older checkpoint.`,
        "The log was made again, or changed, and signed with the same key.",
      );
}

function lostText({ size, from, count }: NonNullable<Of<"refounded">["lost"]>): string {
  return `: it follows a checkpoint of ${size} entries; ${count} entries from ${from} on are lost`;
}

function placeOf({ line, seq }: { readonly line: number; readonly seq?: number }): {
  readonly line: number;
  readonly seq?: number;
} {
  return seq === undefined ? { line } : { line, seq };
}
