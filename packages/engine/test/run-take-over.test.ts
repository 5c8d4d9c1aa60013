import { interceptAppend } from "@aura/mission/testing";
import { describe, expect, it } from "vitest";
import { type Presenter, executeRun } from "../src/index.ts";
import { aRun, anAgent, behind, executed, quiet, story, whenSettled } from "./support/a-run.ts";
import { aGate } from "./support/gate.ts";
import { sameLog } from "./support/watched-store.ts";

describe("two executors of one run", () => {
  it("exactly one goes on, and the other sends and records nothing more", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const program = anAgent(async (_mission, ctx) => {
      await ctx.step("first", () => 1);
      await ctx.step("gate", () => gate);
      await ctx.call("write_note", { path: "a", content: "1" });
      return ctx.now();
    });
    const ask = () => executeRun(world, { mission: mission.id, agent: program, presenter });
    const zombie = ask();
    await quiet();
    const heir = ask();
    await quiet();
    open();
    expect(await Promise.all([zombie, heir])).toMatchObject([
      { kind: "lost", reason: "fenced" },
      { kind: "completed" },
    ]);
    expect(world.broker.sends()).toEqual({ "1.3": 1 });
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.recorded 1 step first succeeded",
      "run.taken_over",
      "run.recorded 2 step gate succeeded",
      "run.delivered 3 call write_note succeeded",
      "run.ended completed",
    ]);
  });

  it("exactly one starts a run that nobody began", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    const program = anAgent(async (_mission, ctx) => ctx.step("a", () => 1));
    const ask = () => executeRun(world, { mission: mission.id, agent: program, presenter });
    const ends = await whenSettled(world, Promise.all([ask(), ask(), ask()]), Infinity);
    expect(ends.map(({ kind }) => kind).toSorted()).toEqual(["completed", "lost", "lost"]);
  });

  it("a call that the other opened while the run was taken over is known to be open", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    const [mayPresent, letPresent] = aGate();
    const [maySend, letSend] = aGate();
    const { broker } = world;
    const send = broker.send.bind(broker);
    broker.send = async (sending) => {
      await maySend;
      return send(sending);
    };
    const slow: Presenter = {
      ...presenter,
      present: async (call) => {
        await mayPresent;
        return presenter.present(call);
      },
    };
    const program = anAgent(async (_mission, ctx) => ctx.call("write_note", { path: "a", content: "1" }));
    const zombie = executeRun(world, { mission: mission.id, agent: program, presenter: slow });
    await quiet();
    let taken = false;
    const racing = interceptAppend(world.store, async (append, ...args) => {
      if (!taken) {
        taken = true;
        letPresent(); // the zombie writes its intent just before the take-over
        await quiet();
      }
      return append(...args);
    });
    const refusing = { ...presenter, present: async () => ({ credential: "", token: "", proof: "" }) };
    const heir = await executed({ ...behind(run, racing), presenter: refusing }, program);
    letSend();
    expect([heir, await zombie]).toMatchObject([{ kind: "waits", for: "person" }, { kind: "lost" }]);
    expect([await story(run), broker.sent]).toEqual([["run.started invoice-clerk 1", "run.taken_over"], []]);
  });

  it("a call whose intent a zombie wrote is not sent by it after the take-over", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const held: boolean[] = [];
    const { broker } = world;
    const send = broker.send.bind(broker);
    let first = true;
    broker.send = async (sending) => {
      if (!first) return send(sending);
      first = false;
      await gate; // paused between the intent and the bytes
      held.push(await sending.stillHeld());
      return send(sending);
    };
    const program = anAgent(async (_mission, ctx) => ctx.call("write_note", { path: "a", content: "1" }));
    const zombie = executeRun(world, { mission: mission.id, agent: program, presenter });
    await quiet();
    const other = behind(run, sameLog(world.store));
    const heir = executed(other, program);
    await quiet();
    open();
    expect(await zombie).toMatchObject({ kind: "lost" });
    expect(await heir).toMatchObject({ kind: "completed" });
    expect([held, world.broker.sends()]).toEqual([[false], { "1.1": 1 }]);
  });
});
