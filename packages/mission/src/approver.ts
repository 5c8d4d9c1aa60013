import type { Entry, JsonObject, PublicKey } from "@aura/trust";
import { admitTrustAnchor, isAuraError, openFounding } from "@aura/trust";
import { objectIn, textIn, textsIn } from "./entry-data.ts";
import { logUnreadable } from "./mission-error.ts";

/** One key with which one person answers. A person may hold several; a key is one person's, for ever. */
export interface Approver {
  readonly person: string;
  readonly key: PublicKey;
  readonly enrolledAtMs: number;
  /** The persons who vouched for it, sorted; empty for one that the founding names. */
  readonly confirmedBy: readonly string[];
  /** From then on it signs nothing that counts; `null` while it does. */
  readonly revokedAtMs: number | null;
}

/**
 * Applies one entry of `control` to the approvers that the entries before it gave, in order of enrolment: the founding's
 * first, then those that `approver.enrolled` adds; `approver.revoked` takes one key back. Every other entry changes nothing.
 * Pure. @throws `mission/log_unreadable`
 */
export function foldApprovers(approvers: readonly Approver[], entry: Entry): readonly Approver[] {
  switch (entry.type) {
    case "namespace.founded":
      return founded(entry);
    case "approver.enrolled":
      return [...approvers, enrolled(approvers, entry)];
    case "approver.revoked":
      return revoked(approvers, entry);
    default:
      return approvers;
  }
}

/** The keys of one person that count now. */
export function keysOf(approvers: readonly Approver[], person: string): readonly PublicKey[] {
  return approvers.filter((one) => one.person === person && one.revokedAtMs === null).map(({ key }) => key);
}

/** True while this key is enrolled for this person and was not revoked. */
export function mayAnswer(approvers: readonly Approver[], person: string, kid: string): boolean {
  return keysOf(approvers, person).some((key) => key.kid === kid);
}

function founded(entry: Entry): readonly Approver[] {
  const opened = openFounding(textIn(entry, "statement"));
  if (!opened.ok) throw unreadable(entry, "its founding statement is not understood");
  return opened.statement.approvers.map(({ id, key }) => ({
    person: id,
    key,
    enrolledAtMs: entry.timeMs,
    confirmedBy: [],
    revokedAtMs: null,
  }));
}

function enrolled(approvers: readonly Approver[], entry: Entry): Approver {
  const key = keyIn(entry, objectIn(entry, "key"));
  if (approvers.some((one) => one.key.kid === key.kid)) throw unreadable(entry, "its key was enrolled before");
  return {
    person: textIn(entry, "person"),
    key,
    enrolledAtMs: entry.timeMs,
    confirmedBy: textsIn(entry, "confirmedBy"),
    revokedAtMs: null,
  };
}

function revoked(approvers: readonly Approver[], entry: Entry): readonly Approver[] {
  const [person, kid] = [textIn(entry, "person"), textIn(entry, "kid")];
  return approvers.map((one) =>
    one.person === person && one.key.kid === kid && one.revokedAtMs === null
      ? { ...one, revokedAtMs: entry.timeMs }
      : one,
  );
}

function keyIn(entry: Entry, key: JsonObject): PublicKey {
  try {
    return admitTrustAnchor(key);
  } catch (error) {
    if (isAuraError(error)) throw unreadable(entry, "its key is not admitted");
    throw error;
  }
}

function unreadable(entry: Entry, problem: string): Error {
  return logUnreadable(entry.stream, entry.version, problem);
}
