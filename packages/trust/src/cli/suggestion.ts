/** The name that was probably meant; `undefined` if none is near. */
export function nearestOf(text: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, distance: name.startsWith(text) ? 1 : distanceOf(text.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 2)))
    .toSorted((left, right) => left.distance - right.distance);
  return nearest?.name;
}

/** Levenshtein's: characters put in, taken out or exchanged. */
function distanceOf(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (const [at, char] of Array.from(left).entries()) {
    const above = row;
    row = [at + 1];
    for (const [column, other] of Array.from(right).entries()) {
      const exchanged = (above[column] ?? 0) + (char === other ? 0 : 1);
      row.push(Math.min(exchanged, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
  }
  return row[right.length] ?? 0;
}
