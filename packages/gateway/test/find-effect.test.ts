import type { Find } from "@aura/mission";
import { describe, expect, it } from "vitest";
import { FakeUpstream, aGateway, aRegistration, aSending, aTool, answerOf } from "./support/builders.ts";
import { upstreamUnavailable } from "../src/gateway-error.ts";
import type { UpstreamAnswer } from "../src/index.ts";

const FIND: Find = {
  tool: "echo",
  arguments: { path: { prefix: "notes/", from: "/path" }, depth: { value: 1 } },
  equals: { from: "/content" },
  findAfterMs: 0,
};
const WRITE = aRegistration({ name: "write", class: "write", find: FIND });

async function ask(answer: UpstreamAnswer, find: Find = FIND, args = { path: "a.txt", content: "hi", list: [] }) {
  const upstream = new FakeUpstream();
  upstream.definitions = ["echo", "write"].map((name) => ({ name, inputSchema: {} }));
  upstream.answer = async () => answer;
  const { broker } = aGateway([aRegistration(), WRITE], upstream);
  const found = await broker.find(aSending({ tool: aTool({ ...WRITE, find }), arguments: args }));
  return { found, upstream };
}

describe("a call of unknown outcome", () => {
  it("happened if the text that the read tool answers equals the expected one", async () => {
    const { found, upstream } = await ask(answerOf("hi"));
    expect(found).toEqual({ kind: "happened", result: { content: [{ type: "text", text: "hi" }] } });
    expect(upstream.calls).toMatchObject([{ tool: "echo", arguments: { path: "notes/a.txt", depth: 1 } }]);
  });

  it.each([
    ["another text", answerOf("hi ")],
    ["no text at all", answerOf("")],
    ["an error of the tool", { kind: "result", result: { content: [{ type: "text", text: "hi" }], isError: true } }],
  ] as const)("is absent after %s", async (_, answer) => {
    expect((await ask(answer)).found).toEqual({ kind: "absent" });
  });

  it.each([
    ["an error of JSON-RPC: we asked wrongly", { kind: "error", code: -32_602, message: "no" }],
    ["silence", { kind: "silent", reason: "It did not answer." }],
    ["a connection that was gone", { kind: "not_sent", reason: "It was gone." }],
    ["what is no result", { kind: "result", result: 7 }],
    [
      "two texts",
      {
        kind: "result",
        result: {
          content: [
            { type: "text", text: "hi" },
            { type: "text", text: "" },
          ],
        },
      },
    ],
    ["a picture", { kind: "result", result: { content: [{ type: "image", data: "hi", mimeType: "image/png" }] } }],
  ] as const)("is undecided after %s", async (_, answer) => {
    expect((await ask(answer)).found).toMatchObject({ kind: "undecided" });
  });

  it.each([
    ["a pointer that leads nowhere", { ...FIND, arguments: { path: { from: "/nowhere" } } }],
    ["an expectation that leads nowhere", { ...FIND, equals: { from: "/nowhere" } }],
    ["an expectation that is no single text", { ...FIND, equals: { from: "/list" } }],
    ["a prefix before what is no text", { ...FIND, arguments: { path: { prefix: "x", from: "/list" } } }],
    ["a tool that is not registered", { ...FIND, tool: "never" }],
    ["a tool that does not only read", { ...FIND, tool: "write" }],
  ] as const)("is undecided, and nobody is asked, with %s", async (_, find) => {
    const { found, upstream } = await ask(answerOf("hi"), find);
    expect(found).toMatchObject({ kind: "undecided" });
    expect(upstream.calls).toEqual([]);
  });

  it("is undecided while the upstream cannot be used", async () => {
    const upstream = new FakeUpstream();
    upstream.failure = upstreamUnavailable("hostile", "It did not start.");
    const { broker } = aGateway([aRegistration(), WRITE], upstream);
    expect(await broker.find(aSending({ tool: aTool(WRITE), arguments: { path: "a", content: "b" } }))).toMatchObject({
      kind: "undecided",
    });
  });

  it.each([
    [{ value: 7 }, "7"],
    [{ value: true }, "true"],
    [{ value: "7" }, "7"],
    [{ prefix: "#", from: "/list/0" }, "#3"],
  ] as const)("is compared as text: %j equals %s", async (equals, text) => {
    const { found } = await ask(answerOf(text), { ...FIND, equals }, { path: "a", content: "", list: [3] as never });
    expect(found).toMatchObject({ kind: "happened" });
  });
});

describe("a call whose find compares nothing", () => {
  const { equals: _, ...EXISTS } = FIND;

  it.each([
    ["a text, whatever it says", answerOf("")],
    ["no content, but a structure", { kind: "result", result: { content: [], structuredContent: { size: 7 } } }],
    [
      "two texts",
      {
        kind: "result",
        result: {
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      },
    ],
  ] as const)("happened if the read tool answers %s", async (_, answer) => {
    const { found } = await ask(answer, EXISTS);
    expect(found).toEqual({ kind: "happened", result: (answer as { readonly result: unknown }).result });
  });

  it("is absent only if the tool itself says so", async () => {
    const said = [{ type: "text", text: "ENOENT" }];
    const noSuchFile: UpstreamAnswer = { kind: "result", result: { content: said, isError: true } };
    expect((await ask(noSuchFile, EXISTS)).found).toEqual({ kind: "absent" });
  });

  it.each([
    ["an error of JSON-RPC", { kind: "error", code: -32_602, message: "no" }],
    ["silence", { kind: "silent", reason: "It did not answer." }],
    ["a connection that was gone", { kind: "not_sent", reason: "It was gone." }],
    ["what is no result", { kind: "result", result: {} }],
    ["a failure of what is no MCP", { kind: "failed", code: "model/refused", message: "no" }],
    ["a value of what is no MCP", { kind: "value", value: { there: true } }],
  ] as const)("is undecided after %s", async (_, answer) => {
    expect((await ask(answer as UpstreamAnswer, EXISTS)).found).toMatchObject({ kind: "undecided" });
  });

  it("is undecided while the upstream cannot be used", async () => {
    const upstream = new FakeUpstream();
    upstream.failure = upstreamUnavailable("hostile", "It did not start.");
    const tool = aTool({ ...WRITE, find: EXISTS });
    const { broker } = aGateway([aRegistration(), WRITE], upstream);
    expect(await broker.find(aSending({ tool, arguments: { path: "a" } }))).toMatchObject({ kind: "undecided" });
  });
});
