import type { Level } from "@aura/mission";
import type { Constraints } from "@aura/trust";

/** Somebody who may answer for a namespace. */
export interface Person {
  /** `[a-z0-9][a-z0-9-]{0,62}`: random, or chosen by the operator. The only word for a person that an entry ever holds. */
  readonly id: string;
  /** For people's eyes. */
  readonly name?: string;
  /** Other words for the same person in arguments of calls: an account, a supplier number. Conflicts look at them. */
  readonly aliases?: readonly string[];
  /** Answers nothing, sits nowhere, and is nobody's delegate. */
  readonly suspended?: true;
}

/** What calls somebody may answer for: the tools named here and no others; `null` with any arguments. */
export interface Grants {
  /** A closed world, as in tokens: an argument that is not named is not covered, and only `true` covers. */
  readonly [tool: string]: Constraints | null;
}

/** Authority hangs on positions, not on persons: who leaves is one line. A body is a position with several holders. */
export interface Position {
  readonly id: string;
  readonly title?: string;
  readonly level: Level;
  /** The one position above it. Absent at the top. */
  readonly reportsTo?: string;
  /** Ids of persons; empty while it is vacant. */
  readonly holders: readonly string[];
  /** How many of its persons must agree. Absent: one. */
  readonly quorum?: number;
  /** Absent: whatever its level covers. */
  readonly grants?: Grants;
}

/** From the first instant on, up to but not including the second (RFC 3339). */
export interface Absence {
  readonly person: string;
  readonly from: string;
  readonly until: string;
}

/**
 * Seats `to` wherever `from` sits, while `from` is absent and the window lasts, for calls that the position and `grants` both
 * cover. Never wider than the seat, never handed on: the delegate of an absent delegate sits nowhere.
 */
export interface Delegation {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly since: string;
  readonly until: string;
  readonly grants?: Grants;
}

/** Whoever is named by this argument of these tools may not answer for the call, nor may a delegate of theirs. */
export interface Conflict {
  readonly tools: readonly string[];
  readonly argument: string;
}

/** The authority graph of a release. Every member may be absent: then nobody is seated. */
export interface Authority {
  readonly people?: readonly Person[];
  readonly positions?: readonly Position[];
  readonly absences?: readonly Absence[];
  readonly delegations?: readonly Delegation[];
  readonly conflicts?: readonly Conflict[];
}
