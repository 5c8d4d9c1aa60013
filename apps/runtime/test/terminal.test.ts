import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTerminal, render } from "../src/cli/terminal.ts";
import type { Line } from "../src/story.ts";
import { fit, visible, widthOf } from "../src/text-width.ts";

const LINE: Line = [
  { text: "call ", tone: "dim" },
  { text: "DENY", tone: "bad" },
  { text: " 京都 and more", tone: "plain" },
];

function written(out: { isTTY?: boolean; columns?: number }, plain = false): string {
  let text = "";
  const place = { out: { ...out, write: (piece: string) => (text += piece) }, err: { write: () => undefined }, plain };
  createTerminal(place, "people").story(LINE);
  return text;
}

describe("the terminal", () => {
  it("colours on a terminal", () => {
    expect(written({ isTTY: true, columns: 80 })).toBe(
      "\u001b[2mcall \u001b[0m\u001b[31mDENY\u001b[0m 京都 and more\n",
    );
  });

  it("is plain in a pipe, and where NO_COLOR asks for it", () => {
    expect(written({})).toBe("call DENY 京都 and more\n");
    expect(written({ isTTY: true, columns: 80 }, true)).toBe("call DENY 京都 and more\n");
  });

  it("never passes the width, and never cuts inside a wide character", () => {
    expect(render(LINE, 12, false)).toBe("call DENY …");
    expect(render(LINE, 13, false)).toBe("call DENY 京…");
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        (texts, columns) => {
          const line = render(
            texts.map((text) => ({ text, tone: "plain" })),
            columns,
            false,
          );
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it("writes JSON, and nothing for people, when a machine reads", () => {
    let text = "";
    const place = { out: { write: (piece: string) => (text += piece) }, err: { write: () => undefined }, plain: false };
    const terminal = createTerminal(place, "json");
    terminal.line("for people");
    terminal.story(LINE);
    terminal.json({ seq: 1 });
    expect(text).toBe('{"seq":1}\n');
  });
});

describe("a text from outside", () => {
  it("cannot move the cursor, hide or turn: controls, zero-width and bidirectional marks are shown", () => {
    expect(visible("a\u001b[2Jb\u0007\u009bc\u202ed\u200be")).toBe("a\ufffd[2Jb\ufffd\ufffdc\ufffdd\ufffde");
    expect(visible("one\r\n\ttwo")).toBe("one two");
  });

  it.each([
    ["abc", 3],
    ["京都", 4],
    ["e\u0301", 1],
    ["", 0],
  ])("%j takes %d columns", (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it("is left as it is at the width, and cut one past it", () => {
    expect(fit("abcd", 4)).toBe("abcd");
    expect(fit("abcde", 4)).toBe("abc…");
    expect(fit("abc", 0)).toBe("");
  });
});

describe("what a terminal would obey", () => {
  const NASTY = "a\u001b[2J\u009b1A\u202eb\u061c\rc\nd";

  function all(mode: "people" | "json"): { readonly out: string; readonly err: string } {
    const kept = { out: "", err: "" };
    const place = {
      out: { write: (text: string) => (kept.out += text) },
      err: { write: (text: string) => (kept.err += text) },
      plain: true,
    };
    const terminal = createTerminal(place, mode);
    terminal.line(NASTY);
    terminal.json({ NASTY });
    terminal.error(NASTY, `  ${NASTY}`);
    return kept;
  }

  it("reaches neither standard output nor standard error, and breaks no line", () => {
    const { out, err } = all("people");
    expect(out).toBe("a\ufffd[2J\ufffd1A\ufffdb\ufffd c d\n");
    expect(err).toBe(`${out}  ${out}`);
  });

  it("stands in JSON as an escape: nothing to obey, and the same value", () => {
    const { out } = all("json");
    expect(out).toBe(
      `${JSON.stringify({ NASTY }).replace("\u009b", "\\u009b").replace("\u202e", "\\u202e").replace("\u061c", "\\u061c")}\n`,
    );
    expect(JSON.parse(out)).toEqual({ NASTY });
  });
});
