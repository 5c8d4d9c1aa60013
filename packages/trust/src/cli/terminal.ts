/** Where a command writes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True if a person may be watching standard error. */
  readonly watched: boolean;
  /** Standard input, for a FILE that is named `-`; without it there is none. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** True once nobody reads what `out` is told: then a long answer need not go on. */
  readonly gone?: boolean;
}

/** Characters that a terminal obeys instead of showing: controls, and marks that hide text or turn its direction. */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const SHOWN_CHARS_MAX = 1_000;

/** Text of unknown origin as one line that only shows: nothing in a file may move a cursor or hide a word. */
export function shown(text: string): string {
  const safe = escaped(text.toWellFormed());
  return safe.length > SHOWN_CHARS_MAX ? `${safe.slice(0, SHOWN_CHARS_MAX)}...` : safe;
}

/** A value as one line of JSON that only shows: what a terminal would obey stands there as an escape, the same value. */
export function jsonLine(value: object): string {
  return `${escaped(JSON.stringify(value))}\n`;
}

/** Every character that a terminal would obey as an escape of JSON. */
function escaped(text: string): string {
  return text.replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Lines of a name and a value, in two columns. */
export function table(rows: readonly (readonly [name: string, value: string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${shown(String(value))}\n`).join("");
}

/** A moment as a person reads it, in UTC. */
export function time(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? `${timeMs} ms` : date.toISOString();
}
