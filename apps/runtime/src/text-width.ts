/**
 * What would move the cursor, hide text or turn its direction: C0 and C1 controls, zero-width and bidirectional marks.
 * Texts from outside are shown without them, so that no file can write on somebody's terminal.
 */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Marks that stand on the character before them. */
const COMBINING = /\p{Mark}/u;
/** Characters that take two columns: East Asian wide and full-width, and pictographs (Unicode UAX #11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** The text with every unseen character shown as U+FFFD, and tabs and line ends as one space. */
export function visible(text: string): string {
  return text.replace(/[\t\r\n]+/g, " ").replace(UNSEEN, "\ufffd");
}

/** The text with every unseen character as an escape of JSON (`\\u009b`): inside a JSON text it stays the same value. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text, cut with an ellipsis where it would pass `columns`. Never cuts inside a character. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns < 1 ? "" : `${kept}…`;
}

function columnsOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
