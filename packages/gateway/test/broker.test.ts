import { describe, expect, it } from "vitest";
import { FAILURE_CHARS_MAX, createGateway } from "../src/index.ts";
import { upstreamUnavailable } from "../src/gateway-error.ts";
import { FakeClock, FakeTimers, FakeUpstream, aGateway, aRegistration, aSending, sendNow } from "./support/builders.ts";

const REGISTERED = [aRegistration(), aRegistration({ name: "gone" })];

describe("a call leaves", () => {
  it("once, with its arguments, its key, the tool's own time limit and the signal that cuts it", async () => {
    const upstream = new FakeUpstream();
    const gateway = aGateway([aRegistration({ attemptTimeoutMs: 77 })], upstream);
    const { signal } = new AbortController();
    const sent = await sendNow(gateway, "echo", { arguments: { text: "hi" }, idempotencyKey: "k9", signal });
    expect(sent).toEqual({ kind: "succeeded", result: { content: [{ type: "text", text: "done" }] } });
    expect(upstream.calls).toMatchObject([
      { tool: "echo", arguments: { text: "hi" }, idempotencyKey: "k9", timeoutMs: 77 },
    ]);
    expect(upstream.calls[0]?.signal).toBe(signal);
  });

  it("at the last millisecond in which it may, and not in the next", async () => {
    const upstream = new FakeUpstream();
    const clock = new FakeClock();
    const gateway = aGateway(REGISTERED, upstream, { clock });
    expect(await sendNow(gateway, "echo", { sendByMs: 1_000 })).toMatchObject({ kind: "succeeded" });
    clock.timeMs = 1_001;
    expect(await sendNow(gateway, "echo", { sendByMs: 1_000 })).toMatchObject({
      kind: "not_sent",
      code: "gateway/too_late",
    });
    expect(upstream.calls).toHaveLength(1);
  });
});

describe("nothing leaves", () => {
  it("for a sender that lost its lease", async () => {
    const upstream = new FakeUpstream();
    const sent = await sendNow(aGateway(REGISTERED, upstream), "echo", { stillHeld: async () => false });
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/not_held" });
    expect(upstream.calls).toEqual([]);
  });

  it("when the question for the lease took all the time there was", async () => {
    const upstream = new FakeUpstream();
    const clock = new FakeClock();
    const slow = async (): Promise<boolean> => {
      clock.timeMs = 10_001;
      return true;
    };
    const sent = await sendNow(aGateway(REGISTERED, upstream, { clock }), "echo", { stillHeld: slow });
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/too_late" });
    expect(upstream.calls).toEqual([]);
  });

  it("when nobody can say whether the lease is held: the store's own error comes through", async () => {
    const upstream = new FakeUpstream();
    const broken = async (): Promise<boolean> => Promise.reject(new Error("the disk is gone"));
    await expect(sendNow(aGateway(REGISTERED, upstream), "echo", { stillHeld: broken })).rejects.toThrow(
      "the disk is gone",
    );
    expect(upstream.calls).toEqual([]);
  });

  it.each([
    ["description", { description: "Sends it to a stranger." }],
    ["schema", { inputSchema: { type: "object", properties: {} } }],
    ["annotation", { annotations: { readOnlyHint: false } }],
    ["member that we do not know", { whatever: 1 }],
  ])("when a %s of the tool changed since it was decided upon", async (_, change) => {
    const upstream = new FakeUpstream();
    const gateway = aGateway(REGISTERED, upstream);
    const tool = (await gateway.catalogue.find("echo"))!;
    upstream.definitions = upstream.definitions.map((definition) => ({ ...definition, ...change }));
    const sent = await gateway.broker.send(aSending({ tool }));
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/tool_changed" });
    expect(upstream.calls).toEqual([]);
  });

  it("under another registration than the one that was decided upon", async () => {
    const upstream = new FakeUpstream();
    const tool = (await aGateway([aRegistration({ class: "write" })], upstream).catalogue.find("echo"))!;
    const sent = await aGateway(REGISTERED, upstream).broker.send(aSending({ tool }));
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/tool_changed" });
  });

  it("when the tools change in the very moment in which the lease is asked for, however often", async () => {
    const upstream = new FakeUpstream();
    let asked = 0;
    const restless = async (): Promise<boolean> => {
      asked += 1;
      upstream.changes += 1;
      return true;
    };
    const sent = await sendNow(aGateway(REGISTERED, upstream), "echo", { stillHeld: restless });
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/tool_changed" });
    expect([asked, upstream.calls]).toEqual([3, []]);
  });

  it("of a tool that its upstream does not offer, or that is not registered", async () => {
    const gateway = aGateway(REGISTERED, new FakeUpstream());
    for (const name of ["gone", "never"]) {
      const sent = await gateway.broker.send(aSending({ tool: { ...aSending().tool, name } }));
      expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/tool_not_offered" });
    }
  });

  it("when the upstream cannot be used", async () => {
    const upstream = new FakeUpstream();
    upstream.failure = upstreamUnavailable("hostile", "It did not start.");
    const sent = await aGateway(REGISTERED, upstream).broker.send(aSending());
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/upstream_unavailable" });
  });

  it("when the upstream has not started by the time the bytes had to leave", async () => {
    const upstream = new FakeUpstream();
    upstream.offer = () => new Promise(() => undefined);
    const timers = new FakeTimers();
    const sending = aGateway(REGISTERED, upstream, { timers }).broker.send(aSending({ sendByMs: 1_250 }));
    timers.expire(250);
    expect(await sending).toMatchObject({ kind: "not_sent", code: "gateway/too_late" });
  });

  it("while the upstream does not take what was written before, and never once the time is over", async () => {
    const upstream = new FakeUpstream();
    const [clock, timers] = [new FakeClock(), new FakeTimers()];
    const gateway = aGateway(REGISTERED, upstream, { clock, timers });
    const tool = (await gateway.catalogue.find("echo"))!;
    const congestion = Promise.withResolvers<void>();
    upstream.congestion = congestion.promise;
    const [stuck, patient] = [1_100, 10_000].map((sendByMs) => gateway.broker.send(aSending({ tool, sendByMs })));
    await new Promise(setImmediate);
    clock.timeMs = 1_101;
    timers.expire(100);
    expect(await stuck).toMatchObject({ kind: "not_sent", code: "gateway/too_late" });
    expect(upstream.calls).toEqual([]);
    upstream.congestion = undefined;
    congestion.resolve();
    expect(await patient).toMatchObject({ kind: "succeeded" });
    expect(upstream.calls).toHaveLength(1);
  });
});

describe("a sender that is stopped is not waited with, and nothing leaves", () => {
  it("while the upstream starts", async () => {
    const upstream = new FakeUpstream();
    upstream.offer = () => new Promise(() => undefined);
    const stop = new AbortController();
    const sending = aGateway(REGISTERED, upstream).broker.send(aSending({ signal: stop.signal }));
    stop.abort();
    expect(await sending).toMatchObject({ kind: "not_sent", code: "gateway/not_held" });
  });

  it("while the upstream does not take what was written before", async () => {
    const upstream = new FakeUpstream();
    const gateway = aGateway(REGISTERED, upstream);
    const tool = (await gateway.catalogue.find("echo"))!;
    upstream.congestion = new Promise(() => undefined);
    const stop = new AbortController();
    const sending = gateway.broker.send(aSending({ tool, signal: stop.signal }));
    await new Promise(setImmediate);
    stop.abort();
    expect(await sending).toMatchObject({ kind: "not_sent", code: "gateway/not_held" });
    expect(upstream.calls).toEqual([]);
  });

  it("while the lease is asked for, though it is held", async () => {
    const upstream = new FakeUpstream();
    const stop = new AbortController();
    const stillHeld = async (): Promise<boolean> => {
      stop.abort();
      return true;
    };
    const sent = await sendNow(aGateway(REGISTERED, upstream), "echo", { stillHeld, signal: stop.signal });
    expect(sent).toMatchObject({ kind: "not_sent", code: "gateway/not_held" });
    expect(upstream.calls).toEqual([]);
  });
});

describe("what came of it", () => {
  it.each([
    [
      "failed",
      { kind: "error", code: -32_602, message: "no" },
      { code: "gateway/call_refused", message: "-32602: no" },
    ],
    [
      "failed",
      { kind: "result", result: { content: [{ type: "text", text: "I cannot." }], isError: true } },
      { code: "gateway/tool_failed", message: "I cannot." },
    ],
    ["failed", { kind: "result", result: { content: [], isError: true } }, { code: "gateway/tool_failed" }],
    ["unknown", { kind: "silent", reason: "It did not answer." }, { reason: "It did not answer." }],
    ["unknown", { kind: "result", result: { content: 7 } }, {}],
    ["not_sent", { kind: "not_sent", reason: "It was gone." }, { code: "gateway/upstream_unavailable" }],
  ] as const)("is %s when the upstream answers %j, and it is not sent again", async (kind, answer, rest) => {
    const upstream = new FakeUpstream();
    upstream.answer = async () => answer;
    expect(await sendNow(aGateway(REGISTERED, upstream), "echo")).toMatchObject({ kind, ...rest });
    expect(upstream.calls).toHaveLength(1);
  });

  it("keeps the beginning of a long message, well formed", async () => {
    const upstream = new FakeUpstream();
    const text = `${"x".repeat(FAILURE_CHARS_MAX - 1)}😀`;
    upstream.answer = async () => ({ kind: "result", result: { content: [{ type: "text", text }], isError: true } });
    const sent = await sendNow(aGateway(REGISTERED, upstream), "echo");
    const message = sent.kind === "failed" ? sent.message : "";
    expect([message.length, message.isWellFormed()]).toEqual([FAILURE_CHARS_MAX, true]);
  });
});

describe("a gateway is refused", () => {
  it.each([
    ["two tools of one name", [aRegistration(), aRegistration()], [new FakeUpstream()]],
    ["two upstreams of one name", [], [new FakeUpstream(), new FakeUpstream()]],
    ["a tool of an upstream that is not there", [aRegistration({ upstream: "other" })], [new FakeUpstream()]],
  ])("with %s", (_, registrations, upstreams) => {
    expect(() => createGateway({ registrations, upstreams })).toThrow(
      expect.objectContaining({ code: "gateway/registration_invalid" }),
    );
  });
});
