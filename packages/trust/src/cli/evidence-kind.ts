import { isAnchored } from "../org-log-anchor.ts";
import { decodeUtf8 } from "../utf8.ts";

/** What a file presents itself as. What is none of the others is judged as a log, and refused if it is none. */
export type EvidenceKind = "log" | "receipt" | "proof" | "anchored checkpoint" | "token";

const PROOF = /^c2sp\.org\/tlog-proof@/;

/** The header of a JWS is a JSON object, so its base64url starts with these two. */
const TOKEN = /^ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\./;

/** A receipt is one object whose members, sorted, start with these two; a log's header goes on with `format`. */
const RECEIPT =
  /^\s*\{\s*"checkpoint"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"custody"|^\s*\{[^\n]*"format"\s*:\s*"aura-receipt-/;

/** By the start of the file alone; the whole of it is then held to that kind and to no other. */
export function kindOf(start: Uint8Array): EvidenceKind {
  const text = textOf(start);
  if (PROOF.test(text)) return isAnchored(decodeUtf8(start) ?? "") ? "anchored checkpoint" : "proof";
  if (TOKEN.test(text)) return "token";
  return RECEIPT.test(text) ? "receipt" : "log";
}

/** What a file is likely to be that is nothing to verify, and what to do with it; `undefined` if nobody can tell. */
export function hintOf(start: Uint8Array): string | undefined {
  const text = textOf(start);
  return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:\xff\xfe|\xfe\xff|[\t -~]\0[\t\n\r -~]\0|\0[\t -~]\0)/,
    "It looks like UTF-16 text, as some editors and PowerShell's > write it: AURA writes UTF-8. Copy the original file without converting it.",
  ],
  [/^\xef\xbb\xbf/, "It starts with a byte order mark that some editor put there: copy the original file unchanged."],
  [/^\x1f\x8b|^PK\x03\x04|^BZh|^\xfd7zXZ/, "It looks compressed: unpack it first."],
  [
    /^\s*\{\s*"keys"\s*:/,
    "It looks like a JWK Set: keys are what evidence is verified with. Pass it as --jwks, and the token as FILE.",
  ],
  [
    /^\{"(?:base":[0-9]+,"format":"aura-journal-|released":)/,
    "It looks like a part of an audit chain's folder: export the folder first (aura-trust export).",
  ],
  [/^[^\s+]+\+[0-9a-f]{8}\+/, "It looks like a verifier key: pass it as --key, and the evidence as FILE."],
  [
    /^[^\n]+\n(?:0|[1-9][0-9]*)\n[A-Za-z0-9+/]{43}=\n/,
    "It looks like a checkpoint: it is what a log is held against. Pass it as --since, and the log as FILE.",
  ],
];

/** Patterns are over bytes, one character each. */
function textOf(start: Uint8Array): string {
  return Buffer.from(start.buffer, start.byteOffset, start.length).toString("latin1");
}
