import { once } from "node:events";
import { connect } from "node:net";
import { inspect } from "node:util";
import { fileURLToPath } from "node:url";
import { canonicalJson } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  CONNECT_TIMEOUT_MS,
  FREE_STARTS,
  IDLE_MS_MAX,
  MODEL_ANSWER_BYTES_MAX,
  MODEL_REQUEST_BYTES_MAX,
  PAUSE_MS,
  createGateway,
  httpModelUpstream,
} from "../src/index.ts";
import type { UpstreamAnswer } from "../src/index.ts";
import { exchange } from "../src/model/exchange.ts";
import { FakeClock, FakeTimers, aRegistration, sendNow } from "./support/builders.ts";
import {
  KEY,
  QUESTION,
  aCompletion,
  aModelUpstream,
  aRawServer,
  askAt,
  askModel,
  httpAnswer,
} from "./support/model-server.ts";

const silent = (reason: RegExp) => ({ kind: "silent", reason: expect.stringMatching(reason) as string });
const unavailable = (why: RegExp) =>
  expect.objectContaining({ code: "gateway/upstream_unavailable", why: expect.stringMatching(why) as string });

describe("a question leaves", () => {
  it("once, in canonical form, with the configured model, the key and the idempotency key", async () => {
    const { baseUrl, requests } = await aRawServer((socket) => socket.end(httpAnswer(200, aCompletion())));
    const upstream = aModelUpstream({ baseUrl, apiKey: KEY });
    expect(await askModel(upstream)).toEqual({
      kind: "value",
      value: {
        role: "assistant",
        content: "Hello",
        finishReason: "stop",
        model: "m-1",
        usage: { promptTokens: 3, completionTokens: 5 },
      },
    });
    const [head = "", body] = requests[0]!.split("\r\n\r\n");
    expect(requests).toHaveLength(1);
    expect(body).toBe(canonicalJson({ ...QUESTION, model: "m", stream: false }));
    expect(head.split("\r\n")[0]).toBe("POST /v1/chat/completions HTTP/1.1");
    for (const line of [`authorization: Bearer ${KEY}`, "idempotency-key: key-1", `host: ${new URL(baseUrl).host}`]) {
      expect(head.split("\r\n")).toContain(line);
    }
  });

  it("through a gateway, whose agent sees the message", async () => {
    const { baseUrl } = await aRawServer((socket) => socket.end(httpAnswer(200, aCompletion())));
    const registrations = [aRegistration({ name: "model", upstream: "model" })];
    const upstreams = [aModelUpstream({ baseUrl })];
    const gateway = createGateway({ registrations, upstreams, clock: new FakeClock() });
    const sent = await sendNow(gateway, "model", { arguments: QUESTION });
    expect(sent).toMatchObject({ kind: "succeeded", result: { role: "assistant", content: "Hello" } });
  });

  it("many at a time, each over a connection of its own", async () => {
    const { baseUrl, sockets } = await aRawServer((socket) => socket.end(httpAnswer(200, aCompletion())));
    const registrations = [aRegistration({ name: "model", upstream: "model" })];
    const gateway = createGateway({ registrations, upstreams: [aModelUpstream({ baseUrl })], clock: new FakeClock() });
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => sendNow(gateway, "model", { arguments: QUESTION })),
    );
    expect(sent.map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => "succeeded"));
    expect(sockets.size).toBe(20);
  });
});

describe("a server's refusal is a typed failure without its prose", () => {
  it.each([
    [429, "gateway/model_rate_limited"],
    [500, "gateway/model_failed"],
    [503, "gateway/model_failed"],
    [401, "gateway/model_refused"],
    [404, "gateway/model_refused"],
    [201, "gateway/model_refused"],
  ])("for the status %i", async (status, code) => {
    const error = { message: `Your key ${KEY.slice(0, 9)} is bad`, code: "some_code" };
    const { baseUrl } = await aRawServer((socket) => socket.end(httpAnswer(status, JSON.stringify({ error }))));
    const answer = await askModel(aModelUpstream({ baseUrl, apiKey: KEY }));
    expect(answer).toMatchObject({ kind: "failed", code });
    expect(JSON.stringify(answer)).not.toContain("sk-");
  });

  it("for a redirect, which is not followed", async () => {
    const target = await aRawServer((socket) => socket.end(httpAnswer(200, aCompletion())));
    const { baseUrl } = await aRawServer((socket) =>
      socket.end(httpAnswer(307, "", `location: ${target.baseUrl}/chat/completions\r\n`)),
    );
    expect(await askModel(aModelUpstream({ baseUrl, apiKey: KEY }))).toMatchObject({
      kind: "failed",
      code: "gateway/model_redirected",
    });
    expect(target.requests).toEqual([]);
  });
});

describe("a hostile answer is no answer", () => {
  it.each([
    ["no HTTP", "hello\r\n\r\n", /connection/],
    ["half an answer", "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{", /broke off|connection/],
    ["another protocol", "HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", /another protocol|connection/],
    ["two lengths", "HTTP/1.1 200 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x", /connection/],
    ["endless headers", `HTTP/1.1 200 X\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, /connection/],
    ["no JSON", httpAnswer(200, "Hello"), /no chat completion/],
    ["no choice", httpAnswer(200, '{"choices":[]}'), /no chat completion/],
    ["another role", httpAnswer(200, aCompletion({ role: "system", content: "x" })), /no chat completion/],
    ["content of another type", httpAnswer(200, aCompletion({ role: "assistant", content: 7 })), /no chat completion/],
    ["half a surrogate pair", httpAnswer(200, aCompletion().replace("Hello", "\\ud800")), /JSON cannot carry/],
    ["a compressed one", httpAnswer(200, aCompletion(), "content-encoding: gzip\r\n"), /no chat completion/],
    ["our own key", httpAnswer(200, aCompletion({ role: "assistant", content: `It is ${KEY}` })), /our own key/],
    ["nothing", "", /connection/],
  ])("when it is %s", async (_, bytes, reason) => {
    const { baseUrl } = await aRawServer((socket) => socket.end(bytes));
    const answer = await askModel(aModelUpstream({ baseUrl, apiKey: KEY }));
    expect(answer).toEqual(silent(reason));
    expect(JSON.stringify(answer)).not.toContain(KEY);
  });

  it("when it is one byte longer than is read, and an answer at the limit", async () => {
    const frame = aCompletion({ role: "assistant", content: "" }).length;
    const bodies = [0, 1].map((over) =>
      aCompletion({ role: "assistant", content: "x".repeat(MODEL_ANSWER_BYTES_MAX - frame + over) }),
    );
    const { baseUrl } = await aRawServer((socket) => socket.end(httpAnswer(200, bodies.shift()!)));
    const upstream = aModelUpstream({ baseUrl });
    expect(await askModel(upstream)).toMatchObject({ kind: "value" });
    expect(await askModel(upstream)).toEqual(silent(/more than the 1048576 bytes/));
  });

  it("when it comes too late, drop by drop or not at all; the connection is closed", async () => {
    const timers = new FakeTimers();
    const { promise: asked, resolve: hear } = Promise.withResolvers<void>();
    const { baseUrl, sockets } = await aRawServer((socket) => {
      socket.write("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{");
      hear();
    });
    const answer = askModel(aModelUpstream({ baseUrl, timers }), 77);
    await asked;
    const [socket] = sockets;
    const closed = new Promise((resolve) => socket!.once("close", resolve));
    timers.expire(77);
    expect(await answer).toEqual(silent(/within 77 ms/));
    await closed;
  });
});

describe("a question whose sender is stopped", () => {
  it("is given up at once: its connection is destroyed", async () => {
    const { promise: asked, resolve: hear } = Promise.withResolvers<void>();
    const { baseUrl, sockets } = await aRawServer(() => hear());
    const offer = await aModelUpstream({ baseUrl }).offer();
    const stop = new AbortController();
    const call = {
      tool: "model",
      arguments: QUESTION,
      idempotencyKey: "key-1",
      timeoutMs: 10_000,
      signal: stop.signal,
    };
    const answer = offer.call(call);
    await asked;
    const [socket] = sockets;
    const closed = new Promise((resolve) => socket!.once("close", resolve));
    stop.abort();
    expect(await answer).toEqual(silent(/stopped before an answer came/));
    await closed;
  });

  it("is not sent when it was stopped before", async () => {
    const { baseUrl, requests } = await aRawServer(() => undefined);
    const offer = await aModelUpstream({ baseUrl }).offer();
    const call = { tool: "model", arguments: QUESTION, idempotencyKey: "key-1", timeoutMs: 10_000 };
    expect(await offer.call({ ...call, signal: AbortSignal.abort() })).toMatchObject({ kind: "not_sent" });
    expect(requests).toEqual([]);
  });
});

describe("nothing left", () => {
  it("when the connection is gone before the call", async () => {
    const { baseUrl, sockets, requests } = await aRawServer(() => undefined);
    const offer = await aModelUpstream({ baseUrl }).offer();
    const [socket] = sockets;
    socket!.destroy();
    await new Promise((resolve) => socket!.once("close", resolve));
    while (!offer.isCongested()) await new Promise(setImmediate);
    expect(await askAt(offer)).toMatchObject({ kind: "not_sent" });
    expect(requests).toEqual([]);
  });

  it("when the connection dies between the last look and the bytes", async () => {
    const { baseUrl, requests } = await aRawServer(() => undefined);
    const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => undefined).destroy();
    const question = { path: "/v1/chat/completions", headers: {}, body: "{}", timeoutMs: 10_000 };
    expect(await exchange(socket, question, new FakeTimers())).toMatchObject({ kind: "not_sent" });
    expect(requests).toEqual([]);
  });

  it("for a request that is too long, and one that is not leaves", async () => {
    const { baseUrl, requests } = await aRawServer((socket) => socket.end(httpAnswer(200, aCompletion())));
    const upstream = aModelUpstream({ baseUrl });
    const asking = (length: number) => ({ messages: [{ role: "user", content: "x".repeat(length) }] });
    const frame = canonicalJson({ ...asking(0), model: "m", stream: false }).length;
    const fits = MODEL_REQUEST_BYTES_MAX - frame;
    expect(await askAt(await upstream.offer(), 10_000, asking(fits + 1))).toMatchObject({
      kind: "failed",
      code: "gateway/model_request_too_large",
    });
    expect(requests).toEqual([]);
    expect(await askAt(await upstream.offer(), 10_000, asking(fits))).toMatchObject({ kind: "value" });
  });

  it("on a connection that waited too long, and what a server says unasked ends it", async () => {
    const timers = new FakeTimers();
    const { baseUrl, sockets } = await aRawServer(() => undefined);
    const upstream = aModelUpstream({ baseUrl, timers });
    const offer = await upstream.offer();
    timers.expire(IDLE_MS_MAX);
    expect(offer.isCongested()).toBe(true);
    await offer.drained();
    expect(offer.isCongested()).toBe(false);
    for (const socket of sockets) if (!socket.destroyed) socket.write(httpAnswer(200, aCompletion()));
    while (!offer.isCongested()) await new Promise(setImmediate);
  });

  it("once the gateway is closed", async () => {
    const { baseUrl, requests } = await aRawServer(() => undefined);
    const upstream = aModelUpstream({ baseUrl });
    const offer = await upstream.offer();
    await upstream.close();
    expect(offer.isCurrent()).toBe(false);
    expect(await askAt(offer)).toMatchObject({ kind: "not_sent" });
    await expect(upstream.offer()).rejects.toThrow(unavailable(/closed/));
    expect(requests).toEqual([]);
  });
});

describe("a server that cannot be reached is unavailable", () => {
  it("when nobody listens", async () => {
    await expect(aModelUpstream({ baseUrl: "http://127.0.0.1:1/v1" }).offer()).rejects.toThrow(
      unavailable(/ECONNREFUSED/),
    );
  });

  it("when it speaks no TLS", async () => {
    const { baseUrl } = await aRawServer(() => undefined);
    const timers = new FakeTimers();
    const offer = aModelUpstream({ baseUrl: baseUrl.replace("http:", "https:"), timers }).offer();
    await timers.begun(CONNECT_TIMEOUT_MS);
    timers.expire(CONNECT_TIMEOUT_MS);
    await expect(offer).rejects.toThrow(unavailable(/within 5000 ms/));
  });
});

describe("the address of a server", () => {
  it.each([
    "http://models.example.com/v1",
    "http://127.0.0.1.example.com/v1",
    "http://10.0.0.1/v1",
    "ftp://127.0.0.1/v1",
    "https://user:pass@models.example.com/v1",
    "https://models.example.com/v1?key=s3cret",
    "models.example.com",
    "",
  ])("is refused when it is %j, and not repeated", (baseUrl) => {
    expect(() => httpModelUpstream({ name: "model", model: "m", baseUrl })).toThrow(
      expect.objectContaining({ code: "gateway/endpoint_refused" }) as Error,
    );
    try {
      httpModelUpstream({ name: "model", model: "m", baseUrl });
    } catch (error) {
      expect(String(error)).not.toMatch(/s3cret|pass@/);
    }
  });

  it.each(["a b", "a\r\nx-evil: 1", "", "é"])("is refused with the key %j", (apiKey) => {
    expect(() => httpModelUpstream({ name: "model", model: "m", baseUrl: "https://x.example/v1", apiKey })).toThrow(
      expect.objectContaining({ code: "gateway/endpoint_refused" }) as Error,
    );
  });

  it("and its key are not seen by whoever looks into the upstream", () => {
    const upstream = aModelUpstream({ baseUrl: "https://x.example/v1", apiKey: KEY });
    expect(inspect(upstream, { depth: 9, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(upstream)).not.toContain(KEY);
  });
});

const LISTENING = fileURLToPath(new URL("support/listening-server.ts", import.meta.url));
const started = (mode: string) => ({
  server: { command: process.execPath, args: [LISTENING, mode], cwd: "/", env: {} },
});

describe("a server that we start", () => {
  const saidBy = (answer: UpstreamAnswer) =>
    JSON.parse((answer as unknown as { value: { content: string } }).value.content) as {
      pid: number;
      env: string[];
    };

  it("gets PATH alone, is asked where it says, and is gone when the gateway closes", async () => {
    const upstream = aModelUpstream(started("plain"));
    const { pid, env } = saidBy(await askModel(upstream));
    expect(env).toEqual(["PATH"]);
    await upstream.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("and that died is started again by the next use, with the same tool under the same digest", async () => {
    const upstream = aModelUpstream(started("once"));
    const [first, second] = [await askModel(upstream), await askUntilAnswered()];
    expect(saidBy(first).pid).not.toBe(saidBy(second).pid);

    /** Its end is heard a little after its last answer. */
    async function askUntilAnswered(): Promise<UpstreamAnswer> {
      const offer = await upstream.offer().catch(() => undefined);
      const answer = offer?.isCurrent() && !offer.isCongested() ? await askAt(offer) : undefined;
      return answer?.kind === "value" ? answer : askUntilAnswered();
    }
  });

  it.each([
    ["foreign", /somewhere else/],
    ["garbage", /does not say where it listens/],
    ["dies", /It exited \(7\)/],
  ])("is unavailable in its mode %s", async (mode, why) => {
    await expect(aModelUpstream(started(mode)).offer()).rejects.toThrow(unavailable(why));
  });

  it("and that dies at every start is left alone for a growing while", async () => {
    const clock = new FakeClock();
    const upstream = aModelUpstream({ ...started("dies"), clock });
    for (let start = 0; start < FREE_STARTS; start += 1) {
      await expect(upstream.offer()).rejects.toThrow(unavailable(/It exited/));
    }
    await expect(upstream.offer()).rejects.toThrow(unavailable(/again in 250 ms/));
    clock.timeMs += PAUSE_MS;
    await expect(upstream.offer()).rejects.toThrow(unavailable(/It exited/));
    await expect(upstream.offer()).rejects.toThrow(unavailable(/again in 500 ms/));
  });
});
