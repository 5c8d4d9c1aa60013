import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLongMessage, readMessage, writeMessage } from "../src/mcp/json-rpc.ts";

describe("a line", () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{}}', { kind: "result", id: 1, result: {} }],
    ['{"jsonrpc":"2.0","id":1,"result":null}', { kind: "result", id: 1, result: null }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}', { kind: "error", id: 1, code: -1, message: "no" }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}', { kind: "malformed", id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""},"result":{}}', { kind: "malformed", id: 1 }],
    ['{"jsonrpc":"2.0","id":1}', { kind: "malformed", id: 1 }],
    ['{"jsonrpc":"2.0","id":"a","method":"ping"}', { kind: "request", id: "a", method: "ping" }],
    ['{"jsonrpc":"2.0","method":"note"}', { kind: "notification", method: "note" }],
    ['{"jsonrpc":"2.0","id":"1","result":{}}', { kind: "stray" }],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}', { kind: "stray" }],
    ['{"jsonrpc":"1.0","id":1,"result":{}}', { kind: "stray" }],
    ['[{"jsonrpc":"2.0","id":1,"result":{}}]', { kind: "stray" }],
    ["", { kind: "stray" }],
  ])("%s is read as %j", (line, message) => {
    expect(readMessage(line)).toEqual(message);
  });

  it("is read, whatever it holds", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => typeof readMessage(line).kind === "string"));
  });

  it("that is too long tells its request by either end, and never by a text inside", () => {
    const [head, tail] = ['{"jsonrpc":"2.0","id":12,"result":{"con', 'x"}]},"jsonrpc":"2.0","id":34}'];
    expect(readLongMessage({ head, tail: "" })).toEqual({ kind: "long", id: 12 });
    expect(readLongMessage({ head: '{"result":', tail })).toEqual({ kind: "long", id: 34 });
    const text = JSON.stringify(tail);
    expect(readLongMessage({ head: '{"result":', tail: `${text}}` })).toEqual({ kind: "stray" });
  });

  it("of ours is canonical, and ends", () => {
    expect(writeMessage({ method: "b", id: 1 })).toBe('{"id":1,"jsonrpc":"2.0","method":"b"}\n');
  });
});
