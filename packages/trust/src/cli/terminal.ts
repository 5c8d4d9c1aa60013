/** Where a command writes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True if a person may be watching standard error. */
  readonly watched: boolean;
}

/** Characters that a terminal obeys instead of showing: controls, and marks that turn the direction of text. */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SHOWN_CHARS_MAX = 1_000;

/** Text of unknown origin as one line that only shows: nothing in a file may move a cursor or hide a word. */
export function shown(text: string): string {
  const safe = text
    .toWellFormed()
    .replace(OBEYED, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
  return safe.length > SHOWN_CHARS_MAX ? `${safe.slice(0, SHOWN_CHARS_MAX)}...` : safe;
}

/** Lines of a name and a value, in two columns. */
export function table(rows: readonly (readonly [name: string, value: string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${shown(String(value))}\n`).join("");
}
