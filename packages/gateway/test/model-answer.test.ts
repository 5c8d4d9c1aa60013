import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { MODEL_TOOL_CALLS_MAX } from "../src/index.ts";
import { readModelAnswer } from "../src/model/model-answer.ts";
import { aCompletion } from "./support/model-server.ts";

const read = (body: string, status = 200) =>
  readModelAnswer({ kind: "answered", status, encoding: undefined, body: Buffer.from(body) }, undefined);
const aCall = (override: object = {}, fn: object = {}) => ({
  id: "c1",
  type: "function",
  function: { name: "pay", arguments: '{"amount":"1.00"}', ...fn },
  ...override,
});
const callsIn = (calls: readonly object[]) => {
  const answer = read(aCompletion({ role: "assistant", content: null, tool_calls: calls }));
  return answer.kind === "value" ? (answer.value as { tool_calls: JsonValue }).tool_calls : answer.kind;
};

describe("the tool calls of a message", () => {
  it.each(['{"amount":"1.00"}', "", "{", "[]"])("come with the very text %j that the model wrote", (text) => {
    const call = aCall({ other: 1 }, { arguments: text });
    expect(callsIn([call])).toEqual([{ id: "c1", type: "function", function: { name: "pay", arguments: text } }]);
  });

  it("spoil the answer when one of them is malformed, or there are too many", () => {
    for (const call of [
      aCall({ id: 7 }),
      aCall({ type: "custom" }),
      aCall({}, { name: null }),
      aCall({}, { arguments: {} }),
      {},
    ]) {
      expect(callsIn([aCall(), call])).toBe("silent");
    }
    expect(callsIn(Array.from({ length: MODEL_TOOL_CALLS_MAX }, () => aCall()))).toHaveLength(MODEL_TOOL_CALLS_MAX);
    expect(callsIn(Array.from({ length: MODEL_TOOL_CALLS_MAX + 1 }, () => aCall()))).toBe("silent");
  });
});

describe("an error of the server", () => {
  it.each([
    ['{"error":{"code":"rate_limit","message":"x"}}', "(rate_limit)"],
    ['{"error":{"type":"server_error"}}', "(server_error)"],
    ['{"error":{"code":"Your key sk-1 is bad"}}', ""],
    ['{"error":"no"}', ""],
    ["no", ""],
  ])("keeps of %s at most a word", (body, word) => {
    const suffix = word === "" ? "" : ` ${word}`;
    expect(read(body, 429)).toEqual({
      kind: "failed",
      code: "gateway/model_rate_limited",
      message: `The model server answered with the status 429${suffix}.`,
    });
  });
});

describe("the usage", () => {
  it("is null unless both counts are counts", () => {
    const bare = JSON.parse(aCompletion()) as object;
    for (const usage of [
      undefined,
      null,
      {},
      { prompt_tokens: -1, completion_tokens: 1 },
      { prompt_tokens: "3", completion_tokens: 1 },
    ]) {
      expect(read(JSON.stringify({ ...bare, usage }))).toMatchObject({ kind: "value", value: { usage: null } });
    }
  });
});
