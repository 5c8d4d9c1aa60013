// Asks every door of hostile-table.ts with texts of 256 KiB that are nearly right for as long as they go. A door that needs more than
// linear time is not through in many minutes. Run by hostile-size.e2e.test.ts; writes the door that it is at.
import { isAuraError } from "../src/index.ts";
import { HOSTILE } from "./hostile-table.ts";
import { utf8 } from "./vector-file.ts";

const CHARS = 262_144;
const repeated = (part: string, before = "", after = ""): string =>
  before + part.repeat(Math.floor((CHARS - before.length - after.length) / part.length)) + after;

const LONG: readonly string[] = [
  ...[
    "A",
    "[",
    '{"a":',
    " ",
    "\n",
    "~",
    ".",
    "+",
    "=",
    "/",
    "0",
    "-",
    "\\",
    "é",
    "😀",
    "\ud800",
    "/agent/",
    "a/../",
    "\n\n",
    ",",
  ].map((part) => repeated(part)),
  repeated(" ", "application/json;", "x"),
  repeated("a.", "", "/aura/x"),
  repeated("/a", "spiffe://x", "/i/"),
  repeated("1", '{"entry":', ',"leaf":"A","seq":1'),
  repeated('"a",', "[", '"a"]'),
  repeated('{"a":1},', "[", "1]"),
  repeated("\u2014 a AAAAAAAA\n", "a\n\n"),
  repeated("AAAA\n", "c2sp.org/tlog-proof@v1\nindex 0\n", "\n\n"),
  repeated("AAAA\n", "old 0\n", "\n\n"),
  repeated(`{"bytes":900000,"entries":1,"hash":"${"A".repeat(43)}"}\n`, '{"base":0,"format":"aura-journal-1"}\n'),
  repeated("A.", "", "A"),
];

for (const { drives, kind, ask } of HOSTILE) {
  process.stdout.write(`${drives.join(", ")}\n`);
  for (const text of LONG) {
    try {
      await (ask as (given: unknown) => unknown)(
        kind === "bytes" ? utf8(text) : kind === "text" ? text : { a: text, [text]: [text] },
      );
    } catch (error) {
      if (!isAuraError(error)) throw error;
    }
  }
}
process.stdout.write("through\n");
