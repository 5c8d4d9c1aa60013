import { nameTaken, nameUnknown } from "../governance-error.ts";
import { nearestName } from "./nearest-name.ts";

/** The names of a list, each once. @throws `governance/name_taken` at the second */
export function uniqueNames(list: string, noun: string, names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) throw nameTaken(`${list}/${index} (${name})`, noun, name);
    seen.add(name);
  }
  return seen;
}

/** @throws `governance/name_unknown`, with the name that was probably meant */
export function mustBeKnown(member: string, noun: string, name: string, known: ReadonlySet<string>): void {
  if (!known.has(name)) throw nameUnknown(member, noun, name, nearestName(name, known));
}

/** {@link mustBeKnown} for each of a list, which stands at `member`. */
export function mustAllBeKnown(
  member: string,
  noun: string,
  names: readonly string[],
  known: ReadonlySet<string>,
): void {
  for (const [index, name] of names.entries()) mustBeKnown(`${member}/${index}`, noun, name, known);
}
