import { FakeClock } from "@aura/store/testing";
import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  type AgentFunction,
  type AgentHost,
  type AgentLost,
  BEATS_MISSED_MAX,
  BEATS_RECORDED_EVERY_MS,
  BEAT_DETAILS_BYTES_MAX,
  type GuestListener,
  HEARTBEAT_MS_MAX,
  HEARTBEAT_MS_MIN,
  LocalGuest,
  type RunContext,
  agentExited,
  agentProtocol,
  agentUnavailable,
  executeRun,
  watchBeats,
} from "../src/index.ts";
import { LOOK_LATE_MS } from "../src/heartbeat.ts";
import { FakeTimers } from "../src/testing/index.ts";
import { type TestRun, aRun, anAgent, executed, quiet, runEntries, story } from "./support/a-run.ts";

const NEVER = new Promise<null>(() => undefined);
const LOSS = { lastMs: 0, allowedMs: 10_000 };

describe("a watched step", () => {
  it("that falls silent is an entry; its run is taken over and the step finds what it said last", async () => {
    const run = await aRun();
    const startedMs = run.world.clock.nowMs();
    const found: (JsonValue | undefined)[] = [];
    const end = await executed(run, async (_mission, ctx) =>
      ctx.step("long", { heartbeatMs: 1_000 }, (_key, { details, beat }) => {
        found.push(details);
        if (details !== undefined) return "done";
        beat({ page: 1 });
        beat({ page: 2 });
        return NEVER;
      }),
    );
    expect([end, found]).toEqual([{ kind: "completed", result: "done" }, [undefined, { page: 2 }]]);
    expect((await runEntries(run)).map(({ type }) => type)).toEqual([
      "run.started",
      "run.progressed",
      "run.beat_missed",
      "run.taken_over",
      "run.recorded",
      "run.ended",
    ]);
    const missed = (await runEntries(run)).find(({ type }) => type === "run.beat_missed");
    expect(missed?.data).toMatchObject({ operation: 1, lastMs: startedMs, allowedMs: 1_000 });
  });

  it("that beats in time may take as long as it likes, and its details cost an entry now and then", async () => {
    const run = await aRun();
    const { timers } = run.world;
    const end = await executed(run, async (_mission, ctx) =>
      ctx.step("long", { heartbeatMs: 1_000 }, async (_key, { beat }) => {
        for (let page = 0; page < 20; page += 1) {
          beat({ page });
          await new Promise<void>((resolve) => timers.wakeAt(run.world.clock.nowMs() + 900, resolve));
        }
        return "done";
      }),
    );
    expect(end).toEqual({ kind: "completed", result: "done" });
    const types = (await runEntries(run)).map(({ type }) => type);
    expect(types.filter((type) => type === "run.progressed")).toHaveLength(
      Math.floor((20 * 900) / BEATS_RECORDED_EVERY_MS),
    );
    expect(types).not.toContain("run.beat_missed");
  });

  it(`that is silent ${BEATS_MISSED_MAX} times fails the run`, async () => {
    const run = await aRun();
    let attempts = 0;
    const end = await executed(run, (_mission, ctx) =>
      ctx.step("hangs", { heartbeatMs: 1_000 }, () => ((attempts += 1), NEVER)),
    );
    expect([end, attempts]).toMatchObject([{ kind: "failed", code: "engine/agent_silent" }, BEATS_MISSED_MAX]);
    expect(await executed(run, () => NEVER)).toEqual(end);
  });

  it("cannot write once its run was taken over", async () => {
    const run = await aRun();
    let late = (): void => undefined;
    let attempts = 0;
    const end = await executed(run, (_mission, ctx) =>
      ctx.step("slow", { heartbeatMs: 1_000 }, () => {
        attempts += 1;
        if (attempts > 1) return "second";
        return new Promise<string>((resolve) => (late = () => resolve("first")));
      }),
    );
    late();
    await quiet();
    expect(end).toEqual({ kind: "completed", result: "second" });
    expect((await story(run)).filter((line) => line.startsWith("run.recorded"))).toHaveLength(1);
  });

  it.each([
    [HEARTBEAT_MS_MIN, undefined],
    [HEARTBEAT_MS_MIN - 1, "engine/heartbeat_invalid"],
    [HEARTBEAT_MS_MAX, undefined],
    [HEARTBEAT_MS_MAX + 1, "engine/heartbeat_invalid"],
    [500.5, "engine/heartbeat_invalid"],
    ["1000", "engine/heartbeat_invalid"],
  ])("is watched every %s ms: %s", async (heartbeatMs, code) => {
    const end = await executed(await aRun(), (_mission, ctx) =>
      ctx.step("a", { heartbeatMs: heartbeatMs as number }, () => null),
    );
    expect(end.kind === "failed" ? end.code : undefined).toBe(code);
  });

  it.each<readonly [string, JsonValue, string | undefined]>([
    ["BEAT_DETAILS_BYTES_MAX", "x".repeat(BEAT_DETAILS_BYTES_MAX - 2), undefined],
    ["one byte more", "x".repeat(BEAT_DETAILS_BYTES_MAX - 1), "engine/details_too_large"],
    ["no JSON", 1n as never, "engine/details_not_json"],
  ])("beats with details: %s", async (_what, details, because) => {
    const end = await executed(await aRun(), (_mission, ctx) =>
      ctx.step("a", { heartbeatMs: 1_000 }, (_key, { beat }) => beat(details)),
    );
    expect(end.kind === "failed" ? end.because : undefined).toBe(because);
  });
});

describe("a function whose place is lost", () => {
  const program: AgentFunction = async (_mission, ctx) => {
    await ctx.call("send_mail", { path: "a" });
    return ctx.step("after", () => 1);
  };

  it("goes on in a fresh place where it stood, and nothing is sent twice", async () => {
    const run = await aRun();
    const host = losing([(listener) => listener.lost(agentExited("exit code 1", LOSS))]);
    const end = await executed(at(run, host), program);
    expect(end).toEqual({ kind: "completed", result: 1 });
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.delivered 1 call send_mail succeeded",
      "run.beat_missed null",
      "run.taken_over",
      "run.recorded 2 step after succeeded",
      "run.ended completed",
    ]);
    expect(run.world.broker.sent).toHaveLength(1);
  });

  it(`fails its run when that happens ${BEATS_MISSED_MAX} times with no fact in between, in replay as well`, async () => {
    const run = await aRun();
    const exit = (listener: GuestListener): void => listener.lost(agentExited("exit code 1", LOSS));
    const end = await executed(at(run, losing([exit, exit, exit])), program);
    expect(end).toMatchObject({ kind: "failed", code: "engine/agent_exited" });
    expect(run.world.broker.sent).toHaveLength(1);
    expect((await runEntries(run)).map(({ type }) => type)).toEqual([
      "run.started",
      "run.delivered",
      "run.beat_missed",
      "run.taken_over",
      "run.beat_missed",
      "run.taken_over",
      "run.beat_missed",
      "run.taken_over",
      "run.ended",
    ]);
  });

  it("fails its run at once when it broke the protocol", async () => {
    const run = await aRun();
    const host = losing([(listener) => listener.lost(agentProtocol("a message of no known shape", LOSS))]);
    expect(await executed(at(run, host), program)).toMatchObject({ kind: "failed", code: "engine/agent_protocol" });
    expect(run.world.broker.sent).toHaveLength(1);
  });

  it("leaves no call of unknown outcome behind: a person settles it before the run fails", async () => {
    const run = await aRun();
    run.world.broker.act = async () => ({ kind: "unknown", reason: "The connection broke." });
    const exit = (listener: GuestListener): void => listener.lost(agentExited("exit code 1", LOSS));
    const host = losing([exit, exit, exit], "start");
    const end = await executed(at(run, host), (_mission, ctx) => ctx.call("send_mail", { path: "a" }));
    expect(end).toMatchObject({ kind: "waits", for: "person" });
    expect(run.world.broker.sent).toHaveLength(1);
  });
});

describe("an execution that is stopped", () => {
  it("is lost, and its function can do nothing more", async () => {
    const run = await aRun();
    const stop = new AbortController();
    let ctx: RunContext | undefined;
    const body: AgentFunction = async (_mission, given) => {
      ctx = given;
      await given.sleep(60_000);
    };
    const { world, mission, presenter } = run;
    const request = { mission: mission.id, agent: anAgent(body), presenter, stop: stop.signal };
    const end = executeRun(world, request);
    await quiet();
    const size = await world.store.size(world.context);
    stop.abort();
    expect(await end).toEqual({ kind: "lost", reason: "stopped" });
    await expect(ctx?.step("late", () => 1)).rejects.toMatchObject({ code: "engine/run_ended" });
    expect([await world.store.size(world.context), world.timers.due()]).toEqual([size, []]);
    expect(await executeRun(world, request)).toEqual({ kind: "lost", reason: "stopped" });
  });
});

describe("a watch", () => {
  it("misses a beat at exactly its time, once, and none that came", () => {
    const { timers, heart, missed } = aWatch(1_000);
    timers.advanceTo(999);
    heart.beat();
    timers.advanceTo(1_998);
    expect(missed).toEqual([]);
    timers.advanceTo(1_999);
    timers.advanceTo(5_000);
    expect([missed, timers.due()]).toEqual([[999], []]);
  });

  it("gives the whole time again when it looked more than LOOK_LATE_MS too late itself", () => {
    const slept = aWatch(1_000);
    slept.timers.advanceTo(1_000 + LOOK_LATE_MS + 1);
    expect(slept.missed).toEqual([]);
    const late = aWatch(1_000);
    late.timers.advanceTo(1_000 + LOOK_LATE_MS);
    expect(late.missed).toEqual([0]);
  });

  it("that was stopped misses nothing", () => {
    const { timers, heart, missed } = aWatch(1_000);
    heart.stop();
    timers.advanceTo(10_000);
    expect([missed, timers.due()]).toEqual([[], []]);
  });
});

function aWatch(allowedMs: number) {
  const clock = new FakeClock(0);
  const timers = new FakeTimers(clock);
  const missed: number[] = [];
  const heart = watchBeats({ timers, nowMs: () => clock.nowMs(), allowedMs, missed: (lastMs) => missed.push(lastMs) });
  return { timers, heart, missed };
}

function at(run: TestRun, host: AgentHost): TestRun {
  return { ...run, world: { ...run.world, host } as TestRun["world"] };
}

/** Places that are lost, one after the other, after their first fact (or their start); then one that is not. */
function losing(
  losses: readonly ((listener: GuestListener) => void)[],
  when: "deliver" | "start" = "deliver",
): AgentHost {
  let opened = 0;
  return {
    open: async (opening, listener) => {
      const lose = losses[opened];
      opened += 1;
      const guest = new LocalGuest(opening, listener);
      if (lose === undefined) return guest;
      const lostAfter = async <Answer>(turn: Promise<Answer>): Promise<Answer> => {
        const answer = await turn;
        let loss: AgentLost | undefined;
        lose({ ...listener, lost: (one) => (loss = one) });
        guest.close();
        setImmediate(() => loss && listener.lost(loss));
        if (when === "deliver") throw loss as unknown as Error;
        return answer;
      };
      return {
        start: (startedMs) => (when === "start" ? lostAfter(guest.start(startedMs)) : guest.start(startedMs)),
        deliver: (fact) => lostAfter(guest.deliver(fact)),
        perform: (step) => guest.perform(step),
        close: () => guest.close(),
      };
    },
  };
}

describe("a place that cannot be made ready", () => {
  it("throws engine/agent_unavailable, and nothing was recorded", async () => {
    const run = await aRun();
    const size = await run.world.store.size(run.world.context);
    const host: AgentHost = {
      open: async () => {
        throw agentUnavailable("invoice-clerk 1", "its application does not load", LOSS);
      },
    };
    await expect(executed(at(run, host), async () => null)).rejects.toMatchObject({ code: "engine/agent_unavailable" });
    expect(await run.world.store.size(run.world.context)).toBe(size);
  });
});
