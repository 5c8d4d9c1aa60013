import { describe, expect, it } from "vitest";
import { executeRun } from "../src/index.ts";
import { NudgeCount } from "../src/nudges.ts";
import { SessionTimers } from "../src/session-timers.ts";
import { aRun, anAgent, quiet } from "./support/a-run.ts";
import { aGate } from "./support/gate.ts";

describe("a nudge", () => {
  it("has a call that waits for approval presented again at once, while something else goes on", async () => {
    const run = await aRun({ timeoutMs: 86_400_000 });
    const desk = aDesk();
    const permit = run.world.governor.answer;
    run.world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask-a-manager"] });
    const [done, finish] = aGate();
    const program = anAgent(async (_mission, ctx) =>
      ctx.all([ctx.call("send_mail", { path: "a" }), ctx.step<null>("meanwhile", () => done.then(() => null))]),
    );
    const { mission, presenter } = run;
    const end = executeRun({ ...run.world, nudges: desk }, { mission: mission.id, agent: program, presenter });
    await quiet();
    const startedMs = run.world.clock.nowMs();
    expect(run.world.broker.sent).toHaveLength(0);
    run.world.governor.answer = permit;
    desk.nudge("another mission");
    await quiet();
    expect(run.world.broker.sent).toHaveLength(0);
    desk.nudge(mission.id);
    await quiet();
    expect(run.world.broker.sent).toHaveLength(1);
    finish();
    expect(await end).toMatchObject({ kind: "completed" });
    expect([run.world.clock.nowMs(), desk.listeners()]).toEqual([startedMs, 0]);
  });

  it("that comes while the call is being presented is not lost", async () => {
    const desk = aDesk();
    const nudges = new NudgeCount(desk, "m");
    const timers = new SessionTimers({ wakeAt: () => () => undefined });
    const seen = nudges.count;
    desk.nudge("m");
    await timers.until(Infinity, (wake) => nudges.after(seen, wake));
    let woken = false;
    void timers.until(Infinity, (wake) => nudges.after(nudges.count, wake)).then(() => (woken = true));
    await quiet();
    expect(woken).toBe(false);
    desk.nudge("m");
    await quiet();
    expect(woken).toBe(true);
  });
});

function aDesk() {
  const listeners = new Map<() => void, string>();
  return {
    onNudge: (mission: string, listener: () => void) => {
      listeners.set(listener, mission);
      return () => void listeners.delete(listener);
    },
    nudge: (mission: string) => {
      for (const [listener, of] of listeners) if (of === mission) listener();
    },
    listeners: () => listeners.size,
  };
}
