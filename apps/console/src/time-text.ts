const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its two largest units: `12 s`, `4 min 5 s`, `3 h 12 min`, `2 d 4 h`. Below a second: `640 ms`. */
export function spanText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND) return `${whole} ms`;
  const seconds = Math.floor(whole / SECOND);
  if (whole < MINUTE) return `${seconds} s`;
  if (whole < HOUR) return pair(Math.floor(whole / MINUTE), "min", Math.floor((whole % MINUTE) / SECOND), "s");
  if (whole < DAY) return pair(Math.floor(whole / HOUR), "h", Math.floor((whole % HOUR) / MINUTE), "min");
  return pair(Math.floor(whole / DAY), "d", Math.floor((whole % DAY) / HOUR), "h");
}

/** Time since something began, fine enough to tell steps of one second apart. */
export function offsetText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  return whole < MINUTE ? `+${(whole / SECOND).toFixed(2)} s` : `+${spanText(whole)}`;
}

/** How long ago, in one unit: it is read at a glance, and read again in a second. */
export function ageText(thenMs: number, nowMs: number): string {
  const ms = nowMs - thenMs;
  if (ms < 2 * SECOND) return "just now";
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} d ago`;
}

/** Clock time with seconds, in the reader's own zone. */
export function clockText(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB", { hour12: false });
}

/** Date and clock time, for titles and details. */
export function instantText(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  return `${day} ${clockText(ms)}`;
}

function pair(first: number, unit: string, second: number, subunit: string): string {
  return second === 0 ? `${first} ${unit}` : `${first} ${unit} ${second} ${subunit}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
