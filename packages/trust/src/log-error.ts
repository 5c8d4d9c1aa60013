import { TrustError } from "./trust-error.ts";

/** Failures of the log's formats. `problem` completes "The entry ...": it never quotes content. */
export function notAnEntry(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/not_an_entry",
    what: `The entry ${problem}.`,
    why: "An entry has one spelling, so that it has one hash.",
    fix: "Write it with encodeEntry, and pass it on as it is.",
    cause,
  });
}

export function originRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/origin_refused",
    what: `The origin ${problem}.`,
    why: "It names the log in every checkpoint and verifier key (C2SP signed-note), where spaces and plus signs separate.",
    fix: "Use <domain of the organisation>/aura/<namespace>.",
  });
}

export function verifierKeyMalformed(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/verifier_key_malformed",
    what: `The verifier key ${problem}.`,
    why: "Without the right key nothing about a log can be said.",
    fix: "Pass it as its owner published it: <origin>+<8 hex digits>+<base64>, on one line.",
    cause,
  });
}

/** `where`: the member that is not as the format says, or "members". */
export function foundingMalformed(where: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/founding_malformed",
    what: `The founding statement is malformed in its ${where}.`,
    why: "It says which keys speak for the namespace.",
    fix: "Write it as FoundingStatement says.",
    cause,
  });
}

export function treeRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/tree_refused",
    what: `The tree ${problem}.`,
    why: "A root or a proof over anything but the whole tree would be wrong without looking wrong.",
    fix: "Ask within the size of the tree, and give whole tiles of its hashes.",
  });
}

const EXPORT_AGAIN =
  "Export the log again and copy it whole, without converting it; if it stays so, do not rely on this file.";

export function logLineTooLong(line: number, bytesMax: number): TrustError {
  return new TrustError({
    code: "trust/log_line_too_long",
    what: `Line ${line} is longer than ${bytesMax} bytes.`,
    why: "AURA writes no such line, and reading on would only fill the memory.",
    fix: EXPORT_AGAIN,
  });
}

export function logLineUnended(line: number): TrustError {
  return new TrustError({
    code: "trust/log_line_unended",
    what: `Line ${line} has no newline at its end.`,
    why: "The file was cut.",
    fix: EXPORT_AGAIN,
  });
}

export function logNotUtf8(line: number): TrustError {
  return new TrustError({
    code: "trust/log_not_utf8",
    what: `Line ${line} is not UTF-8.`,
    why: "Bytes of the file were changed.",
    fix: EXPORT_AGAIN,
  });
}
