/** What the page can do to its own copy of the log, to show that it would be seen. */
export const ALTERATIONS = ["flip", "drop", "swap", "cut"] as const;
export type Alteration = (typeof ALTERATIONS)[number];

export interface AlteredExport {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was done, for the reader. */
  readonly said: string;
}

const NEWLINE = 0x0a;

/**
 * Alters a copy of an exported log (`aura-log-1`): the header line stays as it is. `undefined` if the log is too short for it.
 * @param near 0 to 1: whereabouts in the log
 */
export function alterExport(
  bytes: Uint8Array<ArrayBuffer>,
  alteration: Alteration,
  near = 0.5,
): AlteredExport | undefined {
  const lines = linesOf(bytes);
  const entries = lines.length - 1;
  if (entries < 3) return undefined;
  const chosen = 1 + Math.min(entries - 2, Math.max(1, Math.floor(near * (entries - 1))));
  switch (alteration) {
    case "flip":
      return flip(bytes, lines[chosen] ?? { start: 0, end: 0 }, chosen - 1);
    case "drop":
      return { bytes: joined(bytes, lines.toSpliced(chosen, 1)), said: `Entry ${chosen - 1} was taken out.` };
    case "swap": {
      const [first, second] = [lines[chosen - 1], lines[chosen]];
      if (first === undefined || second === undefined) return undefined;
      return {
        bytes: joined(bytes, lines.toSpliced(chosen - 1, 2, second, first)),
        said: `Entries ${chosen - 2} and ${chosen - 1} changed places.`,
      };
    }
    case "cut":
      return { bytes: joined(bytes, lines.slice(0, -1)), said: `The newest entry, ${entries - 1}, was cut off.` };
  }
}

interface Line {
  readonly start: number;
  /** After its newline. */
  readonly end: number;
}

function linesOf(bytes: Uint8Array): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push({ start, end });
    start = end;
  }
  return lines;
}

function joined(bytes: Uint8Array, lines: readonly Line[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(lines.reduce((length, { start, end }) => length + end - start, 0));
  let at = 0;
  for (const { start, end } of lines) {
    whole.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return whole;
}

/** The lowest bit of a digit in the middle of the entry: the smallest lie there is, and it still looks like a log. */
function flip(bytes: Uint8Array, line: Line, seq: number): AlteredExport {
  const middle = Math.floor((line.start + line.end) / 2);
  let at = middle;
  for (let step = 0; step < line.end - line.start; step += 1) {
    const place = line.start + ((middle - line.start + step) % (line.end - line.start));
    if (isDigit(bytes[place])) {
      at = place;
      break;
    }
  }
  const altered = new Uint8Array(bytes);
  const before = bytes[at] ?? 0;
  const after = before ^ 1;
  altered[at] = after;
  const said = `In entry ${seq}, byte ${at} of the file: “${String.fromCharCode(before)}” became “${String.fromCharCode(after)}”.`;
  return { bytes: altered, said };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
