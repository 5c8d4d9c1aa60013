import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAuraError } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  FREE_STARTS,
  LISTING_AGE_MS_MAX,
  LIST_TIMEOUT_MS,
  MESSAGE_BYTES_MAX,
  PAUSE_MS,
  START_TIMEOUT_MS,
  STDERR_BYTES_KEPT,
  STOP_STEP_MS,
  TOOL_PAGES_MAX,
  UNASKED_CHARS_MAX,
} from "../src/index.ts";
import type { Upstream, UpstreamAnswer } from "../src/index.ts";
import {
  FakeClock,
  FakeTimers,
  aScratchFolder,
  answerOf,
  callNow,
  callOf,
  hostileUpstream,
} from "./support/builders.ts";

const unavailable = (why: RegExp) =>
  expect.objectContaining({ code: "gateway/upstream_unavailable", why: expect.stringMatching(why) as string });
const silent = (reason: RegExp) => ({ kind: "silent", reason: expect.stringMatching(reason) as string });
const textIn = (answer: UpstreamAnswer): string =>
  answer.kind === "result" ? (answer.result as { content: { text: string }[] }).content[0]!.text : "";

/** Where the hostile server writes its deeds down. */
const deedsFile = () => join(aScratchFolder(), "deeds");
const deedsIn = (file: string) => readFileSync(file, "utf8").trim().split("\n");

describe("a server", () => {
  it("starts when it is first needed and once, however many ask", async () => {
    const file = deedsFile();
    const upstream = hostileUpstream("plain", { file });
    const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
    const answers = await Promise.all(texts.map((text) => callNow(upstream, "echo", { text })));
    expect(answers).toEqual(texts.map(answerOf));
    expect(deedsIn(file)).toEqual(["started"]);
  });

  it("gets PATH and what it is given, and nothing else of ours", async () => {
    const answer = await callNow(hostileUpstream("plain", { env: { GIVEN: "1" } }), "environment");
    expect(JSON.parse(textIn(answer))).toEqual({ GIVEN: "1", PATH: process.env["PATH"] });
    const bare = await callNow(hostileUpstream("plain", { inherits: [] }), "environment");
    expect(JSON.parse(textIn(bare))).toEqual({});
  });

  it("is told the idempotency key of a call", async () => {
    expect(await callNow(hostileUpstream(), "meta")).toEqual(answerOf('{"aura/idempotency-key":"key-1"}'));
  });

  it("lists its tools page by page", async () => {
    const [paged, whole] = [await hostileUpstream("paged").offer(), await hostileUpstream().offer()];
    expect([...paged.tools]).toEqual([...whole.tools]);
  });

  it("without tools offers none", async () => {
    expect((await hostileUpstream("toolless").offer()).tools.size).toBe(0);
  });

  it("is answered its ping and refused everything else, even under an id that JSON cannot write", async () => {
    const upstream = hostileUpstream();
    expect(textIn(await callNow(upstream, "ask", { text: "ping" }))).toBe('{"id":"q","jsonrpc":"2.0","result":{}}');
    expect(textIn(await callNow(upstream, "ask", { text: "sampling/createMessage" }))).toContain("-32601");
    const offer = await upstream.offer();
    const unanswered = callOf(offer, "ask", { line: '{"jsonrpc":"2.0","id":1e400,"method":"ping"}' });
    expect(await callOf(offer, "echo", { text: "still here" })).toEqual(answerOf("still here"));
    await upstream.close();
    expect(await unanswered).toMatchObject({ kind: "silent" });
  });
});

describe("the tools of a server are asked for again", () => {
  const descriptionOf = async (upstream: Upstream) => (await upstream.offer()).tools.get("echo")?.description;

  it("when it says that they changed, and an offer from before is no longer current", async () => {
    const upstream = hostileUpstream();
    const before = await upstream.offer();
    expect(before.isCurrent()).toBe(true);
    await callOf(before, "change");
    expect(before.isCurrent()).toBe(false);
    expect(await descriptionOf(upstream)).toBe("Sends it to a stranger.");
  });

  it("when the answer is old, though it said nothing", async () => {
    const clock = new FakeClock();
    const upstream = hostileUpstream("plain", { clock });
    await callNow(upstream, "change_silently");
    clock.timeMs += LISTING_AGE_MS_MAX - 1;
    expect(await descriptionOf(upstream)).toBe("Says it again.");
    clock.timeMs += 1;
    expect(await descriptionOf(upstream)).toBe("Sends it to a stranger.");
  });

  it("each time, if it never promised to say so", async () => {
    const upstream = hostileUpstream("reticent");
    await callNow(upstream, "change_silently");
    expect(await descriptionOf(upstream)).toBe("Sends it to a stranger.");
  });

  it("when a call of it got no answer in time", async () => {
    const timers = new FakeTimers();
    const upstream = hostileUpstream("plain", { timers });
    const offer = await upstream.offer();
    const late = callOf(offer, "late", {}, 77);
    await callOf(offer, "echo");
    timers.expire(77);
    expect(await late).toEqual({ kind: "silent", reason: "It did not answer within 77 ms." });
    expect(textIn(await callNow(upstream, "lists"))).toBe("2");
  });
});

describe("a server that cannot be used is a typed failure", () => {
  it.each([
    ["dies", /It exited \(7\)/],
    ["refuses", /refused to start with the error -32000/],
    ["old", /a revision of the protocol that we do not/],
    ["odd", /is no object/],
    ["pages", new RegExp(`more than ${TOOL_PAGES_MAX} pages`)],
    ["circle", /in a circle/],
    ["twins", /two tools of one name/],
    ["nameless", /name is no text/],
    ["schemaless", /without a schema/],
    ["listless", /no list of tools/],
    ["cursed", /cursor is no text/],
    ["huge", /a tool of more than/],
    ["restless", /change faster than they can be listed/],
  ])("in its mode %s", async (mode, why) => {
    await expect(hostileUpstream(mode).offer()).rejects.toThrow(unavailable(why));
  });

  it.each([
    ["a command that is not there", { command: "/no/such/command" }, /could not be started \(ENOENT\)/],
    ["a folder that is not there", { cwd: "/no/such/folder" }, /could not be started \(ENOENT\)/],
    ["a command that is none", { command: "\0" }, /refuses to start/],
    ["a program that is no server", { command: "true", args: [] }, /It exited \(0\)/],
    ["a program that says what it is told", { command: "cat", args: [] }, /refused to start with the error -32601/],
  ])("with %s", async (_, override, why) => {
    await expect(hostileUpstream("plain", override).offer()).rejects.toThrow(unavailable(why));
  });

  it("that carries the end of its standard error as cause, and not in its own text", async () => {
    const error = await hostileUpstream("dies")
      .offer()
      .catch((thrown: unknown) => thrown);
    if (!isAuraError(error)) throw error;
    expect(error.message).not.toContain("no such module");
    const { message } = error.cause as Error;
    expect(message).toMatch(/^y+no such module$/);
    expect(`${message}\n`).toHaveLength(STDERR_BYTES_KEPT);
  });

  it("when it never answers initialize; its process is ended, and the next use starts another", async () => {
    const timers = new FakeTimers();
    const upstream = hostileUpstream("silent", { timers });
    for (const _ of ["first", "second"]) {
      const offer = upstream.offer();
      await timers.begun(START_TIMEOUT_MS);
      timers.expire(START_TIMEOUT_MS);
      await expect(offer).rejects.toThrow(unavailable(new RegExp(`within ${START_TIMEOUT_MS} ms`)));
    }
    await upstream.close();
  });

  it("when it does not say which tools it has", async () => {
    const timers = new FakeTimers();
    const offer = hostileUpstream("mute", { timers }).offer();
    await timers.begun(LIST_TIMEOUT_MS);
    timers.expire(LIST_TIMEOUT_MS);
    await expect(offer).rejects.toThrow(unavailable(new RegExp(`within ${LIST_TIMEOUT_MS} ms`)));
  });

  it("when it went silent; it is killed only if no other call waits for it", async () => {
    const timers = new FakeTimers();
    const upstream = hostileUpstream("mute_later", { timers });
    const offer = await upstream.offer();
    const [given, kept] = [callOf(offer, "late", {}, 77), callOf(offer, "late", {}, 99)];
    await callOf(offer, "echo");
    timers.expire(77);
    await given;
    const again = upstream.offer();
    await timers.begun(LIST_TIMEOUT_MS);
    timers.expire(LIST_TIMEOUT_MS);
    await expect(again).rejects.toThrow(unavailable(/did not say which tools/));
    expect(await callOf(offer, "release")).toEqual(answerOf("released"));
    expect(await kept).toEqual(answerOf("late"));
    const last = upstream.offer();
    await timers.begun(LIST_TIMEOUT_MS);
    timers.expire(LIST_TIMEOUT_MS);
    await expect(last).rejects.toThrow(unavailable(/did not say which tools/));
    expect(await callOf(offer, "echo")).toMatchObject({ kind: "not_sent" });
  });
});

describe("a server that died", () => {
  it("is started again by the next use, once", async () => {
    const file = deedsFile();
    const upstream = hostileUpstream("plain", { file });
    const first = await upstream.offer();
    expect(await callOf(first, "die")).toEqual(silent(/connection ended before an answer came. It exited \(3\)/));
    expect(first.isCurrent()).toBe(false);
    expect(await callOf(first, "echo")).toMatchObject({ kind: "not_sent" });
    expect(await Promise.all([callNow(upstream, "echo"), callNow(upstream, "echo")])).toEqual([
      answerOf(""),
      answerOf(""),
    ]);
    expect(deedsIn(file)).toEqual(["started", "started"]);
  });

  it("at every start is left alone for a growing while", async () => {
    const clock = new FakeClock();
    const upstream = hostileUpstream("dies", { clock });
    for (let start = 0; start < FREE_STARTS; start += 1) {
      await expect(upstream.offer()).rejects.toThrow(unavailable(/It exited/));
    }
    await expect(upstream.offer()).rejects.toThrow(unavailable(/again in 250 ms/));
    clock.timeMs += PAUSE_MS;
    await expect(upstream.offer()).rejects.toThrow(unavailable(/It exited/));
    await expect(upstream.offer()).rejects.toThrow(unavailable(/again in 500 ms/));
  });

  it("with an answer on its lips is heard", async () => {
    expect(await callNow(hostileUpstream(), "last_words")).toEqual(answerOf("farewell"));
  });

  it("in the act is not asked to act again", async () => {
    const file = deedsFile();
    const upstream = hostileUpstream("plain", { file });
    expect(await callNow(upstream, "act_and_die")).toMatchObject({ kind: "silent" });
    await upstream.offer();
    expect(deedsIn(file)).toEqual(["started", "acted", "started"]);
  });
});

describe("a hostile answer harms nobody but its own call", () => {
  it("when it is no message at all", async () => {
    expect(await callNow(hostileUpstream("noisy"), "mutter")).toEqual(answerOf("done"));
  });

  it("when there are two: the first counts", async () => {
    const upstream = hostileUpstream();
    expect(await callNow(upstream, "twice")).toEqual(answerOf("first"));
    expect(await callNow(upstream, "echo", { text: "next" })).toEqual(answerOf("next"));
  });

  it.each([
    ['{"jsonrpc":"2.0","id":$id}', silent(/neither a result nor an error/)],
    ['{"jsonrpc":"2.0","id":$id,"error":7}', silent(/neither a result nor an error/)],
    ['{"jsonrpc":"2.0","id":$id,"error":{"code":5,"message":"no"}}', { kind: "error", code: 5, message: "no" }],
  ])("when it is %s", async (line, answer) => {
    expect(await callNow(hostileUpstream(), "raw", { line })).toEqual(answer);
  });

  it.each([['{"jsonrpc":"2.0","id":"$id","result":{}}'], ['{"jsonrpc":"2.0","id":0,"result":{}}'], ["garbage"]])(
    "when it is for nobody: %s leaves its call without an answer",
    async (line) => {
      const timers = new FakeTimers();
      const upstream = hostileUpstream("plain", { timers });
      const offer = await upstream.offer();
      const unanswered = callOf(offer, "raw", { line }, 77);
      expect(await callOf(offer, "echo", { text: "beside" })).toEqual(answerOf("beside"));
      timers.expire(77);
      expect(await unanswered).toEqual(silent(/within 77 ms/));
    },
  );

  it("when it comes late: the call stays without an answer, was cancelled, and no other call is answered by it", async () => {
    const timers = new FakeTimers();
    const offer = await hostileUpstream("plain", { timers }).offer();
    const late = callOf(offer, "late", {}, 77);
    await callOf(offer, "echo");
    timers.expire(77);
    expect(await late).toEqual(silent(/within 77 ms/));
    expect(await callOf(offer, "release")).toEqual(answerOf("released"));
    expect(textIn(await callOf(offer, "received"))).toContain("notifications/cancelled");
  });

  it("when its sender is stopped: the server is told at once, and no other call is answered by what it says later", async () => {
    const offer = await hostileUpstream().offer();
    const stop = new AbortController();
    const call = { tool: "late", arguments: {}, idempotencyKey: "key-1", timeoutMs: 10_000, signal: stop.signal };
    const stopped = offer.call(call);
    await callOf(offer, "echo");
    stop.abort();
    expect(await stopped).toEqual(silent(/stopped before an answer came/));
    expect(await callOf(offer, "release")).toEqual(answerOf("released"));
    const told = { jsonrpc: "2.0", method: "notifications/cancelled", params: { reason: "stopped", requestId: 3 } };
    const heard = JSON.parse(textIn(await callOf(offer, "received"))) as string[];
    expect(heard.map((line) => JSON.parse(line) as unknown)).toContainEqual(told);
    expect(await offer.call(call)).toMatchObject({ kind: "not_sent" });
  });

  it("when it is as long as is read, and when it is one byte longer", async () => {
    const offer = await hostileUpstream().offer();
    const frame = '{"result":{"content":[{"type":"text","text":""}]},"jsonrpc":"2.0","id":3}'.length;
    const size = MESSAGE_BYTES_MAX - frame;
    expect(await callOf(offer, "long", { size })).toMatchObject({ kind: "result" });
    const [over, beside] = [callOf(offer, "long", { size: size + 1 }), callOf(offer, "echo", { text: "here" })];
    expect(await over).toEqual(silent(new RegExp(`more than the ${MESSAGE_BYTES_MAX} bytes`)));
    expect(await beside).toEqual(answerOf("here"));
  });
});

describe("a server is cut off", () => {
  it("when it writes a message without end", async () => {
    expect(await callNow(hostileUpstream(), "endless")).toEqual(silent(/It sent a message of more than/));
  });

  it("when it writes more than so much that nobody asked for, and not before", async () => {
    const upstream = hostileUpstream();
    const size = UNASKED_CHARS_MAX / 16;
    expect(await callNow(upstream, "flood", { size, count: 16 })).toEqual(answerOf("done"));
    expect(await callNow(upstream, "flood", { size: size + 1, count: 16 })).toEqual(silent(/that nobody asked for/));
    expect(await callNow(upstream, "chatter", { count: 10_000 })).toEqual(answerOf("done"));
  });

  it("when it does not take a call before the call's time is over: the bytes never reach it", async () => {
    const timers = new FakeTimers();
    const upstream = hostileUpstream("plain", { timers });
    const offer = await upstream.offer();
    await callOf(offer, "deafen");
    const stuck = callOf(offer, "echo", { text: "x".repeat(4_000_000) }, 77);
    expect(offer.isCongested()).toBe(true);
    timers.expire(77);
    expect(await stuck).toEqual(silent(/within 77 ms/));
    await offer.drained();
    expect(await callOf(offer, "echo")).toMatchObject({ kind: "not_sent" });
  });

  it("when it asks and asks and does not read our answers", async () => {
    const count = 100_000;
    expect(await callNow(hostileUpstream(), "nag", { count })).toEqual(silent(/does not read the answers/));
  });

  it("when it closes its input", async () => {
    const upstream = hostileUpstream();
    const offer = await upstream.offer();
    await callOf(offer, "close_input");
    expect(["silent", "not_sent"]).toContain((await callOf(offer, "echo")).kind);
    expect(await callNow(upstream, "echo", { text: "another" })).toEqual(answerOf("another"));
  });
});

describe("closing", () => {
  it("ends the process; open calls end silent, and nothing starts it again", async () => {
    const upstream = hostileUpstream();
    const offer = await upstream.offer();
    const pid = Number(textIn(await callOf(offer, "pid")));
    const open = callOf(offer, "late");
    await Promise.all([upstream.close(), upstream.close()]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await open).toEqual(silent(/connection ended/));
    await expect(upstream.offer()).rejects.toThrow(unavailable(/closed/));
  });

  it("before and in the middle of starting leaves no process", async () => {
    const [early, middle] = [hostileUpstream(), hostileUpstream()];
    const [unborn, half] = [early.offer(), middle.offer()];
    await Promise.all([early.close(), expect(unborn).rejects.toThrow(unavailable(/closed/))]);
    await new Promise(setImmediate);
    await Promise.all([middle.close(), expect(half).rejects.toThrow(unavailable(/did not start/))]);
  });

  it("kills a server that hears neither the end of its input nor SIGTERM", async () => {
    const timers = new FakeTimers();
    const upstream = hostileUpstream("deaf", { timers });
    const pid = Number(textIn(await callNow(upstream, "pid")));
    const closing = upstream.close();
    timers.expire(STOP_STEP_MS);
    expect(process.kill(pid, 0)).toBe(true);
    timers.expire(2 * STOP_STEP_MS);
    await closing;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
