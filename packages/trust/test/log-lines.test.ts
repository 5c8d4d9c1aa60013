import { expect, it } from "vitest";
import { LOG_LINE_BYTES_MAX, logLines } from "@aura/trust";

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function linesOf(...chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of logLines(chunks)) lines.push(line);
  return lines;
}

it("cuts bytes into lines, wherever the chunks end", async () => {
  expect(await linesOf(bytesOf("a\nb"), bytesOf("c\n"), bytesOf("\n"))).toEqual(["a", "bc", ""]);
});

it("reads a line of the greatest length, and refuses one byte more", async () => {
  const longest = new Uint8Array(LOG_LINE_BYTES_MAX).fill(0x61);
  expect((await linesOf(longest, bytesOf("\n")))[0]).toHaveLength(LOG_LINE_BYTES_MAX);
  await expect(linesOf(bytesOf("a\n"), longest, bytesOf("b"))).rejects.toMatchObject({
    code: "trust/log_line_too_long",
    what: expect.stringContaining("Line 2 "),
  });
});

it("refuses a last line without its newline", async () => {
  await expect(linesOf(bytesOf("a\nb"))).rejects.toMatchObject({ code: "trust/log_line_unended" });
});

it("refuses what is not UTF-8", async () => {
  await expect(linesOf(Uint8Array.of(0xff, 0x0a))).rejects.toMatchObject({ code: "trust/log_not_utf8" });
});
