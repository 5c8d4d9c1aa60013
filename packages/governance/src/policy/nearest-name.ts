/** A name further away than a third of its length is another name, not a misspelling. */
const DISTANCE_SHARE = 3;

/** The name that was probably meant: the closest one by edits, the first of equals; `undefined` if none is close. O(names x length^2). */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  const farthest = Math.max(1, Math.ceil(written.length / DISTANCE_SHARE));
  let nearest: { name: string; edits: number } | undefined;
  for (const name of [...names].toSorted()) {
    if (Math.abs(name.length - written.length) > farthest) continue;
    const edits = editsBetween(written.toLowerCase(), name.toLowerCase());
    if (edits <= farthest && (nearest === undefined || edits < nearest.edits)) nearest = { name, edits };
  }
  return nearest?.name;
}

/** Levenshtein's distance, one row at a time. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] ?? 0) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
