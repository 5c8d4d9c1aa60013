import type { Checkpoint } from "../checkpoint.ts";
import { TLOG_PROOF_CHARS_MAX } from "../tlog-proof.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type AnchoredVerification, type VerifiedAnchor, verifyAnchored } from "../verify-anchored.ts";
import type { VerifierKey } from "../verifier-key.ts";
import type { WitnessAnchors } from "../witness-quorum.ts";
import { type Command, type Given, wrong } from "./arguments.ts";
import { type Evidence, readWhole } from "./evidence-file.ts";
import { givenKey } from "./given.ts";
import { logKeyOf, witnessesOf } from "./given-log.ts";
import { shown, table, time } from "./terminal.ts";
import { refusalText, witnessRows } from "./verdict-text.ts";
import type { Verdict } from "./verify-command.ts";

const NOT_CHECKED: Readonly<Record<VerifiedAnchor["notChecked"][number], readonly [name: string, sentence: string]>> = {
  witness: [
    "witness",
    "No witness was given (--witness KEY): who holds the org log's key could show others another one.",
  ],
  log: ["log", "Nothing was held against it: pass it as --anchored with a log, a receipt or the proof of an entry."],
  earlier_ticks: [
    "earlier ticks",
    "That earlier ticks held starts of this tree: two anchored checkpoints, or one and the whole log, show it.",
  ],
};

/** An anchored checkpoint by itself. */
export async function judgeAnchoredFile(command: Command, evidence: Evidence, given: Given): Promise<Verdict> {
  const text = decodeUtf8((await evidence.whole(TLOG_PROOF_CHARS_MAX)) ?? new Uint8Array()) ?? "";
  const verification = verifyAnchored(text, await anchorKeys(command, given));
  return verification.ok
    ? { json: verification, text: verifiedAnchorText(verification) }
    : { json: verification, text: refusalText(verification), refused: verification };
}

/** `--anchored`: holds what was verified, if it is given, against the anchored checkpoint in that file. */
export type HoldAgainst = (of?: Pick<Checkpoint, "origin" | "size" | "root">) => AnchoredVerification;

/** `undefined` if no anchored checkpoint is given. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenAnchored(command: Command, given: Given): Promise<HoldAgainst | undefined> {
  const path = given.option("anchored");
  if (path === undefined) {
    if (given.option("org-log") !== undefined) throw wrong(command, "--org-log is given without --anchored.");
    return undefined;
  }
  if (given.option("since") !== undefined)
    throw wrong(command, "--since and --anchored are given: an anchored checkpoint is an older one.");
  const keys = await anchorKeys(command, given);
  const bytes = await readWhole(path, TLOG_PROOF_CHARS_MAX);
  const text = (bytes && decodeUtf8(bytes)) ?? "";
  return (of) => verifyAnchored(text, { ...keys, ...(of === undefined ? {} : { of }) });
}

/** The verdict with what an anchored checkpoint adds to it, or takes from it. */
export function anchoredVerdict(verdict: Verdict, path: string, anchored: AnchoredVerification): Verdict {
  if (anchored.ok) {
    const { tick, atMs, missed, orgLog, checkpoint, witnesses } = anchored;
    return {
      json: { ...verdict.json, anchored },
      text: `${verdict.text}${table([...anchorRows({ tick, atMs, missed, orgLog, checkpoint }), ...witnessRows(witnesses)])}`,
    };
  }
  const about = `This is said of the anchored checkpoint in ${shown(path)}.\n`;
  return { json: { ...anchored, of: "anchored" }, text: refusalText(anchored) + about, refused: anchored };
}

async function anchorKeys(
  command: Command,
  given: Given,
): Promise<{ readonly key: VerifierKey; readonly orgLog: VerifierKey; readonly witnesses?: WitnessAnchors }> {
  const key = await logKeyOf(command, given);
  const orgLog = given.option("org-log");
  if (orgLog === undefined)
    throw wrong(command, "--org-log is missing: an anchored checkpoint is verified with the key of the org log, too.");
  return { key, orgLog: await givenKey(orgLog, "--org-log"), ...(await witnessesOf(command, given)) };
}

function verifiedAnchorText(anchor: VerifiedAnchor): string {
  const { checkpoint, notChecked, witnesses, note: _, ...tick } = anchor;
  const without = notChecked.map((what) => NOT_CHECKED[what][0]).join(", ");
  return [
    `OK (without ${without}): this is the checkpoint of ${shown(checkpoint.origin)} that ${shown(anchor.orgLog.origin)} anchored.\n`,
    ...notChecked.map((what) => `NOT CHECKED: ${NOT_CHECKED[what][1]}\n`),
    table([...anchorRows({ ...tick, checkpoint }), ...witnessRows(witnesses)]),
  ].join("");
}

function anchorRows(
  anchor: Pick<VerifiedAnchor, "tick" | "atMs" | "missed" | "orgLog" | "checkpoint">,
): readonly (readonly [string, string])[] {
  const { tick, atMs, missed, orgLog, checkpoint } = anchor;
  return [
    ["anchored", `${checkpoint.size} entries, root ${checkpoint.root}`],
    ["in tick", `${tick}, at ${time(atMs)}${missed === 0 ? "" : `; the ${missed} before it are missing`}`],
    ["of org log", `${orgLog.origin}, entry ${orgLog.index} of ${orgLog.size}`],
  ];
}
