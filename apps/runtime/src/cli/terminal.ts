import type { Line, Tone } from "../story.ts";
import { escaped, fit, visible, widthOf } from "../text-width.ts";

/**
 * Where a command writes. Standard output carries what was asked for; standard error what went wrong. Whatever stands in a
 * text, from a file, a path or a server, is shown and never obeyed, and one line stays one line.
 */
export interface Terminal {
  /** One line for people. Nothing under `--json`. */
  line(text?: string): void;
  /** One line of the story for people. Nothing under `--json`. */
  story(line: Line): void;
  /** One JSON object on a line for machines. Nothing without `--json`. */
  json(value: object): void;
  /** What went wrong, each text on a line of its own. */
  error(...lines: readonly string[]): void;
}

/** What the terminal is told about where it writes. */
export interface TerminalPlace {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly err: { write(text: string): unknown };
  /** NO_COLOR (no-color.org) is set and not empty, or TERM is dumb. */
  readonly plain: boolean;
}

/** Below this a line would say nothing. */
const COLUMNS_MIN = 40;
/** Where a line is cut that no terminal limits: a file, a pipe. */
const COLUMNS_UNLIMITED = 240;

/** SGR parameters (ECMA-48) of each tone. */
const SGR: Readonly<Record<Tone, string>> = { plain: "0", dim: "2", strong: "1", good: "32", bad: "31", warn: "33" };

export function createTerminal({ out, err, plain }: TerminalPlace, mode: "people" | "json"): Terminal {
  const colours = out.isTTY === true && !plain;
  return {
    line: (text = "") => {
      if (mode === "people") out.write(`${visible(text)}\n`);
    },
    story: (line) => {
      const columns = out.isTTY === true ? Math.max(out.columns ?? 80, COLUMNS_MIN) : COLUMNS_UNLIMITED;
      if (mode === "people") out.write(`${render(line, columns, colours)}\n`);
    },
    json: (value) => {
      if (mode === "json") out.write(`${jsonLine(value)}\n`);
    },
    error: (...lines) => {
      err.write(lines.map((line) => `${visible(line)}\n`).join(""));
    },
  };
}

/** A value as JSON that a terminal shows as it is: what it would obey stands there as an escape of JSON. */
export function jsonLine(value: object): string {
  return escaped(JSON.stringify(value));
}

/** A line as text of at most `columns` columns. */
export function render(line: Line, columns: number, colours: boolean): string {
  let left = columns;
  let text = "";
  for (const { text: raw, tone } of line) {
    const seen = visible(raw);
    const shown = fit(seen, left);
    text += colours && tone !== "plain" && shown !== "" ? `\u001b[${SGR[tone]}m${shown}\u001b[0m` : shown;
    if (shown !== seen) break;
    left -= widthOf(shown);
  }
  return text.trimEnd();
}
