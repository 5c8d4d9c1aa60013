import { isCollection, isMap, isScalar, type Pair } from "yaml";
import { GovernanceError, withPlace, type TextPlace } from "../governance-error.ts";
import type { Release } from "../policy/release.ts";
import { placeOf, type ReadText } from "./read-yaml.ts";

/** The text that a release was read from, for errors that are found later. A release made of a plain object has none. */
const texts = new WeakMap<Release, ReadText>();

export function rememberText(release: Release, text: ReadText): void {
  texts.set(release, text);
}

/** Does what may refuse a release, and says where in its text the refusal is, if it was read from one. */
export function inText<Result>(source: Release | ReadText, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const text = "lines" in source ? source : texts.get(source);
    if (text === undefined || !(error instanceof GovernanceError) || error.place !== undefined) throw error;
    throw withPlace(error, placeOfMember(text, error.member));
  }
}

/** Where a member of a release stands in its text; `undefined` if the release was not read from one. */
export function findPlace(release: Release, member: string): TextPlace | undefined {
  const text = texts.get(release);
  return text === undefined ? undefined : placeOfMember(text, member);
}

/**
 * The place of a member like `rules/3 (no-large-refunds)/when`, or of the deepest part of it that is there: a member of a
 * mapping at its key, an item of a list where it begins. O(length of the mappings on the way).
 */
function placeOfMember(text: ReadText, member: string): TextPlace {
  let node: unknown = text.document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const name of namesOf(member)) {
    const pair = pairOf(node, name);
    node = pair === undefined ? itemOf(node, name) : pair.value;
    const next = offsetOf(pair === undefined ? node : pair.key);
    if (next === undefined) break;
    offset = next;
  }
  return placeOf(text, offset);
}

/** The second name of a member is an index and, for people, what stands there. Names are escaped as in RFC 6901. */
function namesOf(member: string): readonly string[] {
  if (member === "") return [];
  return member.split("/").map((name) =>
    name
      .replace(/^(\d+) \(.*\)$/, "$1")
      .replaceAll("~1", "/")
      .replaceAll("~0", "~"),
  );
}

function pairOf(node: unknown, name: string): Pair | undefined {
  return isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
}

function itemOf(node: unknown, name: string): unknown {
  return isCollection(node) && !isMap(node) ? node.items[Number(name)] : undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}
