/** RFC 3339 section 5.6, with an offset and without leap seconds; up to milliseconds. */
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,3})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Milliseconds since 1970 of an instant like "2026-11-24T09:00:00Z"; `undefined` for anything else, 30 February included. */
export function readInstant(text: string): number | undefined {
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] = INSTANT.exec(text) ?? [];
  if (year === "" || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
