import { canonicalJson, hashText } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { RESULT_BYTES_MAX } from "../src/index.ts";
import { findToolResult, visibleResult } from "../src/tool-result.ts";

const seen = (result: JsonValue) => {
  const found = findToolResult(result);
  return found && visibleResult(found);
};
const textOf = (text: string) => ({ content: [{ type: "text", text }] });

describe("what an agent sees of a result", () => {
  it("is its content and its structured content, as the server gave them, and nothing of the transport", () => {
    const content = [
      { type: "text", text: "1", annotations: { priority: 1 } },
      { type: "image", data: "", mimeType: "x" },
    ];
    const structuredContent = { one: 1 };
    expect(seen({ content, structuredContent, isError: false, _meta: { a: 1 }, other: 2 })).toEqual({
      content,
      structuredContent,
    });
    expect(seen({ content })).toEqual({ content });
    expect(seen({ structuredContent })).toEqual({ content: [], structuredContent });
  });

  it("is whole at the limit, and one byte past it a mark of what was left out", () => {
    const frame = canonicalJson(textOf("")).length;
    const [whole, over] = [
      textOf("x".repeat(RESULT_BYTES_MAX - frame)),
      textOf("x".repeat(RESULT_BYTES_MAX - frame + 1)),
    ];
    expect(seen(whole)).toEqual(whole);
    expect(seen(over)).toEqual({
      content: [],
      omitted: {
        reason: "too_large",
        bytes: RESULT_BYTES_MAX + 1,
        bytesMax: RESULT_BYTES_MAX,
        digest: hashText(canonicalJson(over)),
      },
    });
  });

  it.each([
    ["half a surrogate pair", JSON.parse('{"content":[{"type":"text","text":"\\ud800"}]}') as JsonValue],
    ["a number beyond all numbers", JSON.parse('{"content":[{"type":"text","text":"","x":1e400}]}') as JsonValue],
    [
      "more levels than JSON is read with",
      JSON.parse(`{"content":[{"x":${"[".repeat(200)}${"]".repeat(200)}}]}`) as JsonValue,
    ],
  ])("is a mark for %s", (_, result) => {
    expect(seen(result)).toEqual({ content: [], omitted: { reason: "not_json" } });
  });

  it.each([
    [7],
    [null],
    [[]],
    [{}],
    [{ content: 1 }],
    [{ content: [1] }],
    [{ content: [], isError: "no" }],
    [{ content: [], structuredContent: [] }],
  ])("is nothing when the server answers %j", (result) => {
    expect(seen(result)).toBeUndefined();
  });
});
