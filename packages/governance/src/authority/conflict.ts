import type { DecisionRequest } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { Conflict, Person } from "./authority.ts";

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

/** Every text and number inside a value: nobody gets out of a conflict by being one of a list. */
function wordsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

/** Compatible forms, case and spaces do not make another person. Errs on the side of a conflict. */
function spelling(word: string): string {
  return word.normalize("NFKC").toLowerCase().replaceAll(/\s/gu, "");
}
