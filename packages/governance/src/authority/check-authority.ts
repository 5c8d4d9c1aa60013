import { reaches } from "@aura/mission";
import { authorityInvalid, type GovernanceError } from "../governance-error.ts";
import { mustAllBeKnown, mustBeKnown, uniqueNames } from "../policy/names.ts";
import type { ReleaseDocument } from "../policy/release.ts";
import type { Absence, Authority, Delegation, Position } from "./authority.ts";
import { delegationCircle } from "./delegation-circle.ts";
import { readGrants } from "./grants.ts";
import { readInstant } from "./instant.ts";

/**
 * Checks that everybody who is named is there, that the graph has a top and no circle, that levels do not fall going up, and
 * that every quorum can be reached; gives the graph back with its grants written in full. Members that the document does not
 * have stay away. O(people + positions + delegations^2).
 * @throws `governance/name_taken`, `governance/name_unknown`, `governance/authority_invalid`
 */
export function readAuthority(document: ReleaseDocument): Authority {
  const tools = new Set(document.tools.map(({ name }) => name));
  const people = uniqueNames("people", "person", idsOf(document.people));
  const positions = readPositions(document, people, tools);
  for (const [index, absence] of (document.absences ?? []).entries()) {
    mustBeKnown(`absences/${index}/person`, "person", absence.person, people);
    checkWindow(`absences/${index}`, absence, "from");
  }
  const delegations = readDelegations(document, people, tools);
  for (const [index, conflict] of (document.conflicts ?? []).entries()) {
    mustAllBeKnown(`conflicts/${index}/tools`, "tool", conflict.tools, tools);
  }
  return {
    ...(document.positions === undefined ? {} : { positions }),
    ...(document.delegations === undefined ? {} : { delegations }),
  };
}

function readPositions(document: ReleaseDocument, people: ReadonlySet<string>, tools: ReadonlySet<string>): Position[] {
  const list = document.positions ?? [];
  const ids = uniqueNames("positions", "position", idsOf(list));
  const byId = new Map(list.map((position) => [position.id, position]));
  const read = list.map((position, index) => {
    const member = `positions/${index} (${position.id})`;
    mustAllBeKnown(`${member}/holders`, "person", position.holders, people);
    checkQuorum(position, member);
    if (position.reportsTo !== undefined) {
      mustBeKnown(`${member}/reportsTo`, "position", position.reportsTo, ids);
      checkStepUp(position, member, byId);
    }
    if (position.grants === undefined) return position;
    return { ...position, grants: readGrants(position.grants, `${member}/grants`, tools) };
  });
  checkWaysUp(list, byId);
  return read;
}

function checkQuorum({ quorum, holders }: Position, member: string): void {
  if (quorum === undefined || quorum <= Math.max(holders.length, 1)) return;
  const why = `It asks for ${quorum} persons and has ${holders.length}, so nobody could ever agree to anything.`;
  throw authorityInvalid(`${member}/quorum`, why, "Lower the quorum, or seat more people.");
}

function checkStepUp(position: Position, member: string, byId: ReadonlyMap<string, Position>): void {
  const above = byId.get(position.reportsTo ?? "");
  if (above === undefined || reaches(above.level, position.level)) return;
  const why = `A position of level ${position.level} reports to "${above.id}" of level ${above.level}.`;
  throw authorityInvalid(`${member}/reportsTo`, why, "Report to a position of the same level or above.");
}

/** Every way up ends. What is known to end is not walked again: O(positions). */
function checkWaysUp(list: readonly Position[], byId: ReadonlyMap<string, Position>): void {
  const ending = new Set<string>();
  for (const start of list) {
    const way = new Set<string>();
    let at: Position | undefined = start;
    while (at !== undefined && !ending.has(at.id)) {
      if (way.has(at.id)) throw circleOf([...way], at, list);
      way.add(at.id);
      at = byId.get(at.reportsTo ?? "");
    }
    for (const id of way) ending.add(id);
  }
}

function circleOf(way: readonly string[], met: Position, list: readonly Position[]): GovernanceError {
  const circle = way.slice(way.indexOf(met.id));
  const told = [...circle.slice(0, CIRCLE_TOLD_MAX), ...(circle.length > CIRCLE_TOLD_MAX ? ["..."] : []), met.id];
  const member = `positions/${list.indexOf(met)} (${met.id})/reportsTo`;
  return authorityInvalid(
    member,
    `It reports to itself: ${told.join(" > ")}.`,
    "Remove one of them: a graph has a top.",
  );
}

/** Positions of a circle that an error names. */
const CIRCLE_TOLD_MAX = 8;

function readDelegations(
  document: ReleaseDocument,
  people: ReadonlySet<string>,
  tools: ReadonlySet<string>,
): Delegation[] {
  const list = document.delegations ?? [];
  uniqueNames("delegations", "delegation", idsOf(list));
  const holders = new Set((document.positions ?? []).flatMap((position) => position.holders));
  const read = list.map((delegation, index) => {
    const member = memberOf(delegation, index);
    mustBeKnown(`${member}/from`, "person", delegation.from, people);
    mustBeKnown(`${member}/to`, "person", delegation.to, people);
    if (delegation.from === delegation.to) {
      throw authorityInvalid(`${member}/to`, "Nobody stands in for themselves.", "Name another person.");
    }
    if (!holders.has(delegation.from)) {
      const why = `"${delegation.from}" holds no position, so there is nothing to delegate, and a delegation is never handed on.`;
      throw authorityInvalid(`${member}/from`, why, "Remove it, or seat the person.");
    }
    checkWindow(member, delegation, "since");
    if (delegation.grants === undefined) return delegation;
    return { ...delegation, grants: readGrants(delegation.grants, `${member}/grants`, tools) };
  });
  refuseCircle(list);
  return read;
}

function refuseCircle(list: readonly Delegation[]): void {
  const circle = delegationCircle(list);
  const [first] = circle ?? [];
  if (circle === undefined || first === undefined) return;
  const way = [...circle.map(({ from }) => from), first.from].join(" > ");
  const why = `They stand in for each other at the same time: ${way} (${circle.map(({ id }) => id).join(", ")}).`;
  throw authorityInvalid(memberOf(first, list.indexOf(first)), why, "Remove one, or let their windows not overlap.");
}

/** The window of an absence or a delegation: two instants, the second later. */
function checkWindow<Start extends "from" | "since">(
  member: string,
  window: Pick<Absence, "until"> & Readonly<Record<Start, string>>,
  start: Start,
): void {
  const [startMs, untilMs] = [readInstant(window[start]), readInstant(window.until)];
  for (const [name, atMs] of [
    [start, startMs],
    ["until", untilMs],
  ] as const) {
    if (atMs !== undefined) continue;
    const fix = "Write it like 2026-11-24T09:00:00Z, with the offset.";
    throw authorityInvalid(`${member}/${name}`, "It is no instant of RFC 3339.", fix);
  }
  if ((startMs ?? 0) >= (untilMs ?? 0)) {
    throw authorityInvalid(`${member}/until`, "It ends before it starts.", "Correct one of the two instants.");
  }
}

function memberOf(delegation: Delegation, index: number): string {
  return `delegations/${index} (${delegation.id})`;
}

function idsOf(list: readonly { readonly id: string }[] | undefined): readonly string[] {
  return (list ?? []).map(({ id }) => id);
}
