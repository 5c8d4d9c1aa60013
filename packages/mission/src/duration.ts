const DURATION =
  /^P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10})(?:\.(\d{1,3}))?S)?)?)$/;

const WEEK_MS = 604_800_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * Milliseconds of an ISO 8601 duration of weeks, or of days, hours, minutes and seconds (up to three decimals).
 * Years and months are refused: they have no fixed length. `undefined` if `text` is anything else.
 */
export function findDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === "P" || text.endsWith("T")) return undefined;
  const [, weeks, days, hours, minutes, seconds, fraction] = match;
  return (
    count(weeks) * WEEK_MS +
    count(days) * DAY_MS +
    count(hours) * HOUR_MS +
    count(minutes) * MINUTE_MS +
    count(seconds) * SECOND_MS +
    count(fraction?.padEnd(3, "0"))
  );
}

function count(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits);
}
