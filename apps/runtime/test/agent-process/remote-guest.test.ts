import { type Agent, type AgentLost, type GuestListener, RUN_OPERATIONS_MAX, agent, isAgentLost } from "@aura/engine";
import { FakeTimers } from "@aura/engine/testing";
import { FakeClock } from "@aura/store/testing";
import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { Channel } from "../../src/agent-process/channel.ts";
import { RemoteGuest, TURN_CHARS_MAX } from "../../src/agent-process/remote-guest.ts";
import { serveAgent } from "../../src/agent-process/serve-agent.ts";
import { memoryChannel } from "./memory-channel.ts";

const AGENT = agent("writer", "1", async () => null);
const PATIENCE = { openMs: 60_000, silentMs: 10_000 };
const CALL = { kind: "call", name: "add_note", detail: '{"text":"a"}' } as const;
const ASKED = { type: "asked", operation: 1, ask: CALL } as const;
const TURNED = { type: "turned", ending: null } as const;
const DONE = { end: "succeeded", code: null, text: "1" } as const;

describe("a guest behind a channel ends with engine/agent_protocol", () => {
  it.each<readonly [string, (end: Hostile) => void]>([
    ["a type that nobody knows", ({ say }) => say({ type: "grant" })],
    ["no object", ({ say }) => say("turned")],
    ["an array", ({ say }) => say([{ ...TURNED }])],
    ["one member too many", ({ say }) => say({ ...TURNED, and: 1 })],
    ["a second ready", ({ say }) => say({ type: "ready" })],
    ["operation 2 first", ({ say }) => say({ ...ASKED, operation: 2 })],
    ["operation 0", ({ say }) => say({ ...ASKED, operation: 0 })],
    ["one operation twice", ({ say }) => [ASKED, ASKED].forEach(say)],
    ["an operation beyond RUN_OPERATIONS_MAX", ({ say }) => say({ ...ASKED, operation: RUN_OPERATIONS_MAX + 1 })],
    ["an ask after its turn", ({ say }) => [TURNED, ASKED].forEach(say)],
    ["the end of a turn that is over", ({ say }) => [TURNED, TURNED].forEach(say)],
    ["the result of a step that was not begun", ({ say }) => say({ type: "stepped", operation: 1, end: DONE })],
    ["a beat of a step that was not begun", ({ say }) => say({ type: "beat", operation: 1, details: null })],
    ["an answer to no ping", ({ say }) => say({ type: "pong" })],
    ["arguments that are no object", ({ say }) => say({ ...ASKED, ask: { ...CALL, detail: "[]" } })],
    ["arguments spelled another way", ({ say }) => say({ ...ASKED, ask: { ...CALL, detail: '{ "text":"a"}' } })],
    ["a name with a line break", ({ say }) => say({ ...ASKED, ask: { ...CALL, name: "a\nb" } })],
    ["half a surrogate pair", ({ say }) => say({ ...ASKED, ask: { ...CALL, name: "\ud800" } })],
    [
      "a sleep of two years",
      ({ say }) => say({ ...ASKED, ask: { kind: "sleep", name: "sleep", detail: "63072000000" } }),
    ],
    ["a sleep that is no number", ({ say }) => say({ ...ASKED, ask: { kind: "sleep", name: "sleep", detail: "1e3" } })],
    ["a call with a heartbeat", ({ say }) => say({ ...ASKED, heartbeatMs: 1_000 })],
    ["a result that is not JSON", ({ say }) => say({ ...TURNED, ending: { kind: "completed", text: "{" } })],
    [
      "a code with a line break",
      ({ say }) => say({ ...TURNED, ending: { kind: "failed", code: "a\nb", because: null, message: "" } }),
    ],
    ["a second end out of turn", ({ say }) => [MISUSED, MISUSED].forEach(say)],
  ])("%s", async (_what, act) => {
    const { guest, hostile, lost, kills } = await opened();
    const turn = guest.start(1);
    act(hostile);
    const failure: unknown = await turn.then(
      () => undefined,
      (error: unknown) => error,
    );
    await quiet();
    expect(lost.map(({ code }) => code)).toEqual(["engine/agent_protocol"]);
    expect([kills(), failure === undefined || failure === lost[0]]).toEqual([1, true]);
  });

  it("a step's failure without a message, which no history could give back", async () => {
    const { guest, hostile, lost } = await opened();
    const turn = guest.start(1);
    hostile.say({ ...ASKED, ask: { kind: "step", name: "a", detail: "" } });
    hostile.say(TURNED);
    await turn;
    const step = guest.perform({ operation: 1, key: "k" as never, details: null });
    hostile.say({ type: "stepped", operation: 1, end: { end: "failed", code: null, text: null } });
    await expect(step).rejects.toMatchObject({ code: "engine/agent_protocol" });
    expect(lost).toHaveLength(1);
  });

  it("more arguments in one turn than TURN_CHARS_MAX", async () => {
    const { guest, hostile, lost } = await opened();
    void guest.start(1).catch(() => undefined);
    const detail = JSON.stringify({ text: "x".repeat(1_048_000) });
    const most = Math.floor(TURN_CHARS_MAX / detail.length);
    const ask = { ...CALL, detail };
    for (let operation = 1; operation <= most; operation += 1) hostile.say({ ...ASKED, operation, ask });
    await quiet();
    expect(lost).toEqual([]);
    hostile.say({ ...ASKED, operation: most + 1, ask });
    await quiet();
    expect(lost).toMatchObject([{ code: "engine/agent_protocol" }]);
  });
});

describe("a process that must answer", () => {
  it("is silent when it owes the end of a turn, however often it answers pings", async () => {
    const { guest, hostile, lost, timers } = await opened();
    const turn = guest.start(1);
    turn.catch(() => undefined);
    for (const atMs of [2_500, 5_000, 7_500]) {
      timers.advanceTo(atMs);
      await quiet();
      hostile.say({ type: "pong" });
      await quiet();
    }
    expect(lost).toEqual([]);
    timers.advanceTo(10_000);
    await expect(turn).rejects.toMatchObject({
      code: "engine/agent_silent",
      operation: null,
      lastMs: 0,
      allowedMs: 10_000,
    });
  });

  it("may wait for ever between turns while it answers, and is silent once it does not", async () => {
    const { guest, hostile, lost, timers } = await opened();
    const turn = guest.start(1);
    hostile.say(TURNED);
    await turn;
    for (let atMs = 2_500; atMs <= 60_000; atMs += 2_500) {
      timers.advanceTo(atMs);
      await quiet();
      hostile.say({ type: "pong" });
      await quiet();
    }
    expect(lost).toEqual([]);
    for (const atMs of [62_500, 65_000, 67_500, 70_000]) timers.advanceTo(atMs);
    expect(lost).toMatchObject([{ code: "engine/agent_silent", lastMs: 60_000 }]);
  });

  it("gets its whole time again when the machine slept", async () => {
    const { guest, hostile, lost, timers } = await opened();
    const turn = guest.start(1);
    hostile.say(TURNED);
    await turn;
    timers.advanceTo(3_600_000);
    await quiet();
    expect(lost).toEqual([]);
    timers.advanceTo(3_610_000);
    expect(lost).toHaveLength(1);
  });

  it("that ends by itself is lost with how it ended", async () => {
    const { guest, hostile, lost } = await opened();
    const turn = guest.start(1);
    hostile.channel.close();
    await expect(turn).rejects.toMatchObject({ code: "engine/agent_exited" });
    expect(lost[0]?.what).toContain("exit code 7");
  });
});

describe("an agent that cannot be made ready", () => {
  it.each<readonly [string, (end: Hostile & { readonly timers: FakeTimers }) => void, string]>([
    ["says why", ({ say }) => say({ type: "unavailable", why: "no such thing" }), "no such thing"],
    ["ends", ({ channel }) => channel.close(), "exit code 7"],
    ["says something else first", ({ say }) => say(TURNED), "out of turn"],
    ["never says anything", ({ timers }) => timers.advanceTo(60_000), "within 60000 ms"],
  ])("%s", async (_what, act, why) => {
    const { opening, hostile, timers, lost } = anOpening();
    opening.catch(() => undefined);
    act({ ...hostile, timers });
    const error: unknown = await opening.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect([isAgentLost(error) && error.code, lost]).toEqual(["engine/agent_unavailable", []]);
    expect((error as AgentLost).what).toContain(why);
  });

  it("is not among the application's agents in this version", async () => {
    const served = async (agents: readonly Agent[]) => {
      const { opening, hostile } = anOpening();
      serveAgent(
        hostile.channel,
        async () => agents,
        () => undefined,
      );
      await opening;
    };
    await served([AGENT]);
    await expect(served([agent("writer", "2", async () => null)])).rejects.toMatchObject({
      code: "engine/agent_unavailable",
    });
  });
});

const MISUSED: JsonValue = {
  type: "misused",
  ending: { kind: "failed", code: "engine/foreign_await", because: null, message: "It went on." },
};

interface Hostile {
  readonly say: (message: JsonValue) => void;
  readonly channel: Channel;
}

function anOpening() {
  const [ours, theirs] = memoryChannel();
  const clock = new FakeClock(0);
  const timers = new FakeTimers(clock);
  const lost: AgentLost[] = [];
  let kills = 0;
  const kill = async (): Promise<string> => {
    kills += 1;
    return "exit code 7";
  };
  const listener: GuestListener = {
    misused: () => undefined,
    beat: () => undefined,
    lost: (loss) => void lost.push(loss),
  };
  const parts = { channel: ours, module: "file:///a.js", timers, nowMs: () => clock.nowMs(), patience: PATIENCE, kill };
  const mission = {
    id: "m1",
    agent: "writer",
    objective: "Write.",
    authority: "L1",
    tools: [],
    timeoutMs: 1,
    deadlineMs: 1e15,
  } as const;
  const opening = RemoteGuest.open(parts, { agent: AGENT, mission }, listener);
  const hostile: Hostile = { say: (message) => theirs.send(message), channel: theirs };
  return { opening, hostile, timers, lost, kills: () => kills };
}

async function opened() {
  const { opening, ...rest } = anOpening();
  rest.hostile.say({ type: "ready" });
  return { guest: await opening, ...rest };
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
