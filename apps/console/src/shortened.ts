/** A hash, id or other long name by its two ends; the whole of it stands in a title. */
export function shortened(value: string): string {
  return value.length <= 18 ? value : `${value.slice(0, 8)}…${value.slice(-6)}`;
}
