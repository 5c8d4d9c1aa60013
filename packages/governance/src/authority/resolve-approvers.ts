import { reaches, type ApprovalPool, type ApprovalQuestion, type PassedOver, type Seat } from "@aura/mission";
import type { Release } from "../policy/release.ts";
import type { Position } from "./authority.ts";
import { isNamed, namedInCall } from "./conflict.ts";
import { isWithin } from "./delegation-circle.ts";
import { covers } from "./grants.ts";
import { graphOf, ownerOf, type Graph } from "./graph.ts";

/** The position that the founding's approvers answer for until a release seats people. No position of a release can have this id. */
export const FIRST_APPROVERS = "founding/approvers";

/** What a release does not say itself. */
export interface Circumstances {
  /** Persons who hold every level as long as no position of the release has a holder. */
  readonly firstApprovers?: readonly string[];
  /** Persons who may not answer although this release lets them: another release, in force beside it, does not. */
  readonly barred?: (person: string) => boolean;
}

/**
 * Who may answer what was escalated, by the authority graph of one release. Pure: the same question gives the same pool,
 * whatever the order of people and positions; absences and delegations are judged at `question.nowMs`.
 *
 * Walks up from the position that owns the agent to the first that reaches the level, covers the call, and has enough persons
 * left. An absent holder is replaced by one delegate, the first by id who may: so a seat counts once, and persons are counted,
 * not seats. Excluded and conflicted persons are out, and with them whoever stands in for them. A mission as a whole names
 * nobody: conflicts by argument look at calls alone. O(positions above + seats x delegations of each).
 */
export function resolveApprovers(
  release: Release,
  question: ApprovalQuestion,
  circumstances: Circumstances = {},
): ApprovalPool {
  const graph = graphOf(release);
  const hall = { graph, question, ...whoIsOut(release, question, circumstances), absent: absentees(release, question) };
  if (!graph.seatsPeople) return founders(hall, circumstances.firstApprovers ?? []);
  const passed: PassedOver[] = [];
  const visited = new Set<string>();
  let at = ownerOf(graph, question.request);
  if (at === undefined) return { kind: "unreachable", reason: "NO_OWNER", passed };
  while (at !== undefined) {
    if (visited.has(at)) return { kind: "unreachable", reason: "GRAPH_CYCLE", passed };
    visited.add(at);
    const position: Position | undefined = graph.positions.get(at);
    if (position === undefined) break;
    const seated = seatsOf(position, hall);
    if (typeof seated !== "string") {
      return { kind: "pool", level: position.level, quorum: position.quorum ?? 1, seats: seated, passed };
    }
    passed.push({ position: at, reason: seated });
    at = position.reportsTo;
  }
  return { kind: "unreachable", reason: "QUORUM_UNREACHABLE", passed };
}

/** One question with everything that it is answered from. */
interface Hall {
  readonly graph: Graph;
  readonly question: ApprovalQuestion;
  readonly absent: ReadonlySet<string>;
  /** Suspended, unknown, or barred elsewhere: as if they held nothing. */
  readonly isInactive: (person: string) => boolean;
  /** Excluded or named by the call. */
  readonly isConflicted: (person: string) => boolean;
}

function whoIsOut(
  release: Release,
  { request, excluded }: ApprovalQuestion,
  { barred }: Circumstances,
): Pick<Hall, "isInactive" | "isConflicted"> {
  const { people, seatsPeople } = graphOf(release);
  const named = namedInCall(release.conflicts ?? [], request);
  return {
    isInactive: (id) => (seatsPeople && !people.has(id)) || people.get(id)?.suspended === true || barred?.(id) === true,
    isConflicted: (id) => excluded.includes(id) || isNamed(people.get(id) ?? { id }, named),
  };
}

function absentees({ absences = [] }: Release, { nowMs }: ApprovalQuestion): ReadonlySet<string> {
  return new Set(absences.filter(({ from, until }) => isWithin(nowMs, from, until)).map(({ person }) => person));
}

function founders(hall: Hall, firstApprovers: readonly string[]): ApprovalPool {
  if (firstApprovers.length === 0) return { kind: "unreachable", reason: "NO_OWNER", passed: [] };
  const { level } = hall.question;
  const free = [...new Set(firstApprovers)].filter((person) => !hall.isInactive(person) && !hall.isConflicted(person));
  if (free.length === 0) {
    const passed = [{ position: FIRST_APPROVERS, reason: "CONFLICT" }] as const;
    return { kind: "unreachable", reason: "QUORUM_UNREACHABLE", passed };
  }
  const seats = free.toSorted().map((person) => ({ person, position: FIRST_APPROVERS, level, delegation: null }));
  return { kind: "pool", level, quorum: 1, seats, passed: [] };
}

/** Everybody who may answer for a position, each once, by person; or why it is passed over. */
function seatsOf(position: Position, hall: Hall): readonly Seat[] | PassedOver["reason"] {
  const { question } = hall;
  if (!reaches(position.level, question.level)) return "LEVEL_TOO_LOW";
  if (!covers(position.grants, question.request)) return "LIMIT_TOO_LOW";
  const tried = position.holders.map((holder) => seatOf(position, holder, hall));
  const seats = oncePerPerson(tried.filter((one) => typeof one !== "string"));
  if (seats.length >= (position.quorum ?? 1)) return seats;
  if (seats.length > 0) return "QUORUM_TOO_SMALL";
  return WHY_EMPTY.find((reason) => tried.includes(reason)) ?? "VACANT";
}

/** Of several reasons why a position has nobody, the first of these is told. */
const WHY_EMPTY = ["CONFLICT", "LIMIT_TOO_LOW", "ABSENT", "VACANT"] as const satisfies readonly PassedOver["reason"][];

function seatOf(position: Position, holder: string, hall: Hall): Seat | (typeof WHY_EMPTY)[number] {
  if (hall.isInactive(holder)) return "VACANT";
  if (hall.isConflicted(holder)) return "CONFLICT";
  const seat = { position: position.id, level: position.level };
  if (!hall.absent.has(holder)) return { ...seat, person: holder, delegation: null };
  const answers = delegatesOf(holder, hall);
  const free = answers.find((one) => typeof one !== "string");
  if (free !== undefined) return { ...seat, ...free };
  return WHY_EMPTY.find((reason) => answers.includes(reason)) ?? "ABSENT";
}

type Stand = Pick<Seat, "person" | "delegation">;

/** For each delegation of an absent holder that stands now: who takes the seat, or why nobody does. */
function delegatesOf(holder: string, hall: Hall): readonly (Stand | (typeof WHY_EMPTY)[number])[] {
  const { graph, question, absent } = hall;
  const standing = (graph.delegations.get(holder) ?? []).filter((one) =>
    isWithin(question.nowMs, one.since, one.until),
  );
  return standing.map(({ id, to, grants }) => {
    if (hall.isInactive(to) || absent.has(to)) return "ABSENT";
    if (hall.isConflicted(to)) return "CONFLICT";
    return covers(grants, question.request) ? { person: to, delegation: id } : "LIMIT_TOO_LOW";
  });
}

/** A person counts once, in their own right before as a delegate. Sorted by person. */
function oncePerPerson(seats: readonly Seat[]): readonly Seat[] {
  const byPerson = new Map<string, Seat>();
  const ranked = seats.toSorted((one, other) => compareText(one.delegation ?? "", other.delegation ?? ""));
  for (const seat of ranked) if (!byPerson.has(seat.person)) byPerson.set(seat.person, seat);
  return [...byPerson.values()].toSorted((one, other) => compareText(one.person, other.person));
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
