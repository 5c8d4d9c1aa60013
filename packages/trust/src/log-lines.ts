import { LOG_LINE_BYTES_MAX } from "./log-export.ts";
import { logLineTooLong, logLineUnended, logNotUtf8 } from "./log-error.ts";
import { decodeUtf8 } from "./utf8.ts";

const NEWLINE = 0x0a;

/**
 * Cuts bytes into the lines of a log. Strict, so that a file has one reading: every line ends in 0x0A and in nothing else
 * (a carriage return stays in its line and is refused there), UTF-8 without forgiveness, no byte order mark is dropped.
 * Holds at most one line. @throws `trust/log_line_too_long`, `trust/log_line_unended`, `trust/log_not_utf8`
 */
export async function* logLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<string> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let line = 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      if (heldBytes + rest.length > LOG_LINE_BYTES_MAX) throw logLineTooLong(line, LOG_LINE_BYTES_MAX);
      yield decode(held.length === 0 ? rest : joined([...held, rest], heldBytes + rest.length), line);
      [held, heldBytes, from] = [[], 0, end + 1];
      line += 1;
    }
    const rest = chunk.slice(from); // copied: the reader may use its buffer again
    heldBytes += rest.length;
    if (heldBytes > LOG_LINE_BYTES_MAX) throw logLineTooLong(line, LOG_LINE_BYTES_MAX);
    if (rest.length > 0) held.push(rest);
  }
  if (heldBytes > 0) throw logLineUnended(line);
}

function decode(bytes: Uint8Array, line: number): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw logNotUtf8(line);
  return text;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
