import type { NotChecked, VerifiedLog } from "../judge-log.ts";
import type { VerifiedReceipt } from "../judge-receipt.ts";
import type { Witnessed } from "../judge-witnesses.ts";
import type { TlogProofVerification } from "../tlog-proof.ts";
import { shown, table, time } from "./terminal.ts";

const NOT_CHECKED: Readonly<Record<NotChecked, { readonly log: string; readonly receipt: string }>> = {
  witness: {
    log: "No witness was given (--witness KEY): who holds the log key could show others another log.",
    receipt: "No witness was given (--witness KEY): who holds the log key could show others another log.",
  },
  older_checkpoint: {
    log: "No older checkpoint was given (--since FILE): a log that was cut or made again with the same key would not show.",
    receipt: "No older checkpoint can be held against a receipt; verify the exported log for that.",
  },
  root_key: {
    log: "No root key was given (--root KEY): that the organisation founded this log is only what the log says.",
    receipt:
      "No root key was given (--root KEY): that the organisation founded this log is only what the receipt says.",
  },
  votes: {
    log: "Votes are verified in a receipt.",
    receipt: "The votes that were used were not held against what people were asked.",
  },
};

/** Says more than that no root key was given: none would help. */
const FOUNDED_BY_ITSELF =
  "This log was founded by its own log key: no root stands above it, so who holds that key could found another log of the same name.";

/** The verdict first, then what it does not cover, then the facts. */
export function verifiedLogText(log: VerifiedLog & { readonly witnesses?: Witnessed }): string {
  const { statement, signature } = log.founding;
  return [
    `OK${without(log.notChecked)}: these are the ${log.size} entries that the key of ${shown(log.origin)} signed.\n`,
    ...log.notChecked.map((what) => `NOT CHECKED: ${whyNotChecked(what, log)}\n`),
    table([
      ["namespace", log.namespace],
      ["size", log.size],
      ["root", log.root],
      ["streams", log.streams],
      ...witnessRows(log.witnesses),
      ["older checkpoint", log.since === null ? "none given" : `starts with its ${log.since} entries`],
      [
        "founded",
        `${time(statement.foundedMs)}, root signature ${signature === "verified" ? "verified" : "not checked"}`,
      ],
      ["quorum", quorum(statement.constitution.quorum)],
    ]),
  ].join("");
}

export function verifiedReceiptText(receipt: VerifiedReceipt & { readonly witnesses?: Witnessed }): string {
  const { outcome, payloads } = receipt;
  return [
    `OK${without(receipt.notChecked)}: mission ${shown(receipt.mission)} of ${shown(receipt.origin)} ended ${outcome.kind}, and this is all it wrote.\n`,
    ...receipt.notChecked.map((what) => `NOT CHECKED: ${NOT_CHECKED[what].receipt}\n`),
    table([
      ["outcome", outcome.cause === null ? outcome.kind : `${outcome.kind} (${outcome.cause})`],
      ["by", `${outcome.actor.id}, key held by ${outcome.actor.custody}`],
      ["sealed", time(outcome.timeMs)],
      ["entries", `${receipt.entries} in ${receipt.streams} streams, none missing`],
      ["texts", `${payloads.opened} shown and verified, ${payloads.closed} not shown`],
      ["custody", receipt.custody.join(", ")],
      ["quorum", quorum(receipt.quorum)],
      ["log", `${receipt.size} entries, root ${receipt.root}`],
      ...witnessRows(receipt.witnesses),
      ["root signature", receipt.founding.signature === "verified" ? "verified" : "not checked"],
    ]),
  ].join("");
}

export function verifiedProofText(proof: Extract<TlogProofVerification, { readonly ok: true }>): string {
  const { index, checkpoint, notChecked, witnesses } = proof;
  return [
    `OK${without(notChecked)}: the entry in this proof is entry ${index} of ${shown(checkpoint.origin)}.\n`,
    ...notChecked.map((what) => `NOT CHECKED: ${NOT_CHECKED[what].log}\n`),
    table([["log", `${checkpoint.size} entries, root ${checkpoint.root}`], ...witnessRows(witnesses)]),
  ].join("");
}

/** What every refusal says, whatever it is of. */
export interface Refused {
  readonly reason: string;
  readonly seq?: number;
  readonly line?: number;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export function refusalText(refusal: Refused): string {
  const verdict = { unknown_format: "UNKNOWN FORMAT", refounded: "REFOUNDED" }[refusal.reason] ?? "REFUSED";
  const places = [
    ...(refusal.seq === undefined ? [] : [`entry ${refusal.seq}`]),
    ...(refusal.line === undefined ? [] : [`line ${refusal.line}`]),
  ];
  const place = places.length === 0 ? "" : ` at ${places.join(", ")}`;
  return [
    `${verdict}: ${refusal.reason}${place}\n`,
    ...[refusal.what, refusal.why, refusal.fix].map((sentence) => `${shown(sentence)}\n`),
  ].join("");
}

export function witnessRows(witnesses: Witnessed | undefined): readonly (readonly [string, string])[] {
  if (witnesses === undefined) return [];
  const { cosigned, quorum: needed } = witnesses;
  return [
    ["witnesses", `${cosigned.length} cosigned, ${needed} had to`],
    ...cosigned.map(({ name, timeS }) => ["witness", `${name}, at ${time(timeS * 1_000)}`] as const),
  ];
}

function whyNotChecked(what: NotChecked, { founding }: VerifiedLog): string {
  return what === "root_key" && founding.by === "log_key" ? FOUNDED_BY_ITSELF : NOT_CHECKED[what].log;
}

function without(notChecked: readonly NotChecked[]): string {
  const names = { witness: "witness", older_checkpoint: "older checkpoint", root_key: "root key", votes: "votes" };
  return notChecked.length === 0 ? "" : ` (without ${notChecked.map((what) => names[what]).join(", ")})`;
}

function quorum(persons: number): string {
  return persons === 1 ? "1: who proposes a change may approve it" : `${persons} persons must agree to loosen`;
}
