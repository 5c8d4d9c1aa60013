import type { DecisionRequest } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { Release } from "../policy/release.ts";
import type { Conflict, Person } from "./authority.ts";
import { graphOf } from "./graph.ts";

/** The spellings of everybody whom a call is about, by the conflicts of a release. */
export function namedInCall(conflicts: readonly Conflict[], { call }: DecisionRequest): ReadonlySet<string> {
  const named = new Set<string>();
  if (call === undefined) return named;
  for (const { tools, argument } of conflicts) {
    if (!tools.includes(call.tool.name) || !Object.hasOwn(call.arguments, argument)) continue;
    for (const word of wordsIn(call.arguments[argument])) named.add(spelling(word));
  }
  return named;
}

/** True when a person is one of those named, by id or by an alias. */
export function isNamed(person: Pick<Person, "id" | "aliases">, named: ReadonlySet<string>): boolean {
  return named.size > 0 && [person.id, ...(person.aliases ?? [])].some((word) => named.has(spelling(word)));
}

/**
 * The request without an approval that does not stand for it: that of the mission as a whole, where the call names one of the
 * persons who gave it, or one for whom they stood in. It was given before anybody knew the call, and nobody answers for what is
 * about themselves; whatever of it cannot be read does not stand either. Never loosens: an approval only ever goes.
 */
export function withStandingApproval(release: Release, request: DecisionRequest): DecisionRequest {
  const { facts } = request;
  if (!("approval.voters" in facts) && !("approval.delegations" in facts)) return request;
  const named = namedInCall(release.conflicts ?? [], request);
  if (named.size === 0) return request;
  const { people } = graphOf(release);
  const delegations = new Map((release.delegations ?? []).map(({ id, from }) => [id, from]));
  const [persons, by] = [textsIn(facts["approval.voters"]), textsIn(facts["approval.delegations"] ?? [])];
  const stoodFor = by?.map((id) => delegations.get(id));
  const everybody = persons === undefined || stoodFor === undefined ? [undefined] : [...persons, ...stoodFor];
  const stands = everybody.every((id) => id !== undefined && !isNamed(people.get(id) ?? { id }, named));
  if (stands) return request;
  const { "approval.level": _level, "approval.voters": _voters, "approval.delegations": _by, ...others } = facts;
  return { ...request, facts: others };
}

function textsIn(value: JsonValue | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

/** Every text, number and name inside a value: nobody gets out of a conflict by being one of a list, or a name in an object. */
function wordsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(wordsIn)];
}

/** What takes room or nobody sees: no name is another one for it. */
const UNSEEN = /[\s\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** Compatible forms, case, spaces and what nobody sees do not make another person. Errs on the side of a conflict. */
function spelling(word: string): string {
  return word.normalize("NFKC").toLowerCase().replaceAll(UNSEEN, "");
}
