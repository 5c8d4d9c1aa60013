import { isCommitment, isHash } from "../entry-codec.ts";
import { openFounding } from "../founding.ts";
import { hasExactMembers, isObject, isWhole } from "../json-object.ts";
import type { JsonObject, JsonValue } from "../json-value.ts";
import { verifyJws } from "../jws.ts";
import { openKeySet } from "../key-set.ts";
import { admitTrustAnchor } from "../public-key.ts";
import { orNothing } from "../aura-error.ts";
import { readOutcome } from "../receipt.ts";
import { unverifiedClaims } from "../unverified-claims.ts";
import type { TokenAnchors } from "./token-anchors.ts";
import { keySetRefused, statementRefused, type TokenRefusal, unknownStatement } from "./token-refusal.ts";
import { problemOf, type TokenNotChecked, type TokenVerification, verified } from "./token-verification.ts";

/** A key set under the root key, and as the successor of `since`, which is opened at the time when it began. */
export function verifyKeySetText(text: string, anchors: TokenAnchors): TokenVerification {
  const { root, atMs } = anchors;
  if (root === undefined) return keySetRefused("key_set_wrong_key"); // whoever asks has seen to it that there is one
  const known =
    anchors.since === undefined ? undefined : openKeySet(root, anchors.since, givenBy(anchors.since, anchors));
  if (known?.ok === false) return refusedSet(known.reason);
  const opened = openKeySet(root, text, {
    ...givenBy(text, anchors),
    nowMs: atMs,
    known: known?.keySet,
  });
  if (!opened.ok) return refusedSet(opened.reason);
  const notChecked: TokenNotChecked[] = [
    ...(anchors.origin === undefined ? (["origin"] as const) : []),
    ...(known === undefined ? (["older_key_set"] as const) : []),
  ];
  return verified("key_set", anchors, { signedBy: root.kid, claims: opened.keySet, notChecked });
}

function refusedSet(reason: Exclude<ReturnType<typeof openKeySet>, { ok: true }>["reason"]): TokenRefusal {
  return reason === "unknown_format"
    ? unknownStatement("The key set has a format that this version does not know.")
    : keySetRefused(`key_set_${reason}`);
}

/** What the set says of itself, where nothing was given: its own name, and its own beginning. */
function givenBy(text: string, { origin }: TokenAnchors): { readonly origin: string; readonly nowMs: number } {
  const claims = unverifiedClaims(text) ?? {};
  const { origin: named, notBeforeMs } = claims;
  return {
    origin: origin ?? (typeof named === "string" ? named : ""),
    nowMs: typeof notBeforeMs === "number" ? notBeforeMs : 0,
  };
}

/** The statement in a log's entry 0, under the root key. */
export function verifyFoundingText(text: string, anchors: TokenAnchors): TokenVerification {
  const name = "The founding statement";
  const opened = anchors.root === undefined ? undefined : openFounding(text, anchors.root);
  if (opened === undefined || anchors.root === undefined) return statementRefused("statement_wrong_key", name);
  if (opened.ok) {
    const { statement } = opened;
    if (anchors.origin !== undefined && anchors.origin !== statement.origin)
      return {
        ...statementRefused("statement_malformed", name),
        what: `${name} founds another log than --origin says.`,
      };
    const notChecked: TokenNotChecked[] = anchors.origin === undefined ? ["origin", "record"] : ["record"];
    return verified("founding", anchors, { signedBy: anchors.root.kid, claims: statement, notChecked });
  }
  if (opened.reason === "unknown_format")
    return unknownStatement(`${name} has a format that this version does not know.`);
  const reasons = { wrong_key: "wrong_key", forged: "tampered", malformed: "malformed" } as const;
  return statementRefused(`statement_${reasons[opened.reason]}`, name);
}

interface Spoken {
  readonly name: string;
  readonly format: string;
  readonly read: (payload: JsonObject) => object | undefined;
}

const SPOKEN = {
  outcome: { name: "The outcome", format: "aura-outcome-1", read: readOutcome },
  vote: { name: "The vote", format: "aura-vote-1", read: readVote },
  enrolment: { name: "The enrolment", format: "aura-enrolment-1", read: readEnrolment },
} as const satisfies Record<string, Spoken>;

/** What is said in a mission's record: signature, format and members. What it means there, its receipt tells. */
export function verifySpoken(type: keyof typeof SPOKEN): (text: string, anchors: TokenAnchors) => TokenVerification {
  const { name, format, read }: Spoken = SPOKEN[type];
  return (text, anchors) => {
    const keys = anchors.keys.of(type === "outcome" ? "outcome" : undefined);
    const statement = verifyJws(text, `aura-${type}+jwt`, keys);
    if (!statement.ok) {
      const problem = problemOf(statement.reason);
      return statementRefused(`statement_${problem === "foreign" ? "wrong_key" : problem}`, name);
    }
    const { payload, kid } = statement;
    if (typeof payload["format"] === "string" && payload["format"] !== format)
      return unknownStatement(`${name} has a format that this version does not know.`);
    const claims = read(payload);
    if (claims === undefined) return statementRefused("statement_malformed", name);
    return verified(type, anchors, { signedBy: kid, claims, notChecked: ["record"] });
  };
}

const VOTE_MEMBERS = "arguments boundary call choice expiresMs format level mission namespace release shown tool".split(
  " ",
);

function readVote(payload: JsonObject): JsonObject | undefined {
  const { namespace, mission, call, tool, boundary, level, shown, release, choice, expiresMs } = payload;
  const sound =
    hasExactMembers(payload, VOTE_MEMBERS) &&
    payload["format"] === "aura-vote-1" &&
    [namespace, mission].every(isText) &&
    [call, tool].every((value) => value === null || isText(value)) &&
    (payload["arguments"] === null || isCommitment(payload["arguments"])) &&
    [boundary, shown, release].every(isHash) &&
    ["L1", "L2", "L3", "L4"].some((known) => known === level) &&
    (choice === "APPROVE" || choice === "REJECT") &&
    isWhole(expiresMs);
  return sound ? payload : undefined;
}

function readEnrolment(payload: JsonObject): JsonObject | undefined {
  const { namespace, person, key, expiresMs } = payload;
  const sound =
    hasExactMembers(payload, ["expiresMs", "format", "key", "namespace", "person"]) &&
    payload["format"] === "aura-enrolment-1" &&
    isText(namespace) &&
    typeof person === "string" &&
    /^[a-z0-9][a-z0-9-]{0,62}$/.test(person) &&
    isObject(key) &&
    hasExactMembers(key, ["crv", "kid", "kty", "x"]) &&
    orNothing(() => admitTrustAnchor(key)) !== undefined &&
    isWhole(expiresMs);
  return sound ? payload : undefined;
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === "string";
}
