import { interceptAppend, SimulatedCrash } from "@aura/mission/testing";
import {
  approveMission,
  buildReceipt,
  COMPENSATOR,
  loadMission,
  planMission,
  queueMission,
  raiseEpoch,
  requestApproval,
  startCompensation,
  startMission,
  stopAgent,
  stopMission,
  stopNamespace,
} from "@aura/mission";
import type { StopOrder } from "@aura/mission";
import type { RunContext } from "@aura/engine";
import { describe, expect, it, vi } from "vitest";
import { createIssuer } from "../src/issuer.ts";
import type { Rest } from "../src/supervisor.ts";
import { wire } from "../src/wire.ts";
import type { Decorators, Runtime } from "../src/wire.ts";
import { deskApplication, deskMission, deskOf, foundDesk, OPERATOR, OWNER } from "./desk-application.ts";
import { logOf, scratchFolder } from "./in-process.ts";

const HOUR_MS = 3_600_000;

async function bookAndFail(ctx: RunContext): Promise<never> {
  await ctx.call("book", { text: "one" });
  await ctx.call("book", { text: "two" });
  throw new Error("No seats are left.");
}

async function bookAndSleep(ctx: RunContext): Promise<null> {
  await ctx.call("book", { text: "one" });
  await ctx.sleep(HOUR_MS / 2);
  return null;
}

const UNDONE = ["book one", "book two", "unbook two", "unbook one"];

function order(compensation: StopOrder["compensation"], actor = OPERATOR): StopOrder {
  return { compensation, reason: "Enough.", actor };
}

/** Attends missions until the end of the scope. */
function attended({ supervisor }: Runtime): AsyncDisposable & { readonly rests: readonly Rest[] } {
  const stop = new AbortController();
  const rests: Rest[] = [];
  const over = supervisor.attend({ stop: stop.signal, rested: (rest) => void rests.push(rest), whenIdle: "stay" });
  return {
    rests,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await over;
    },
  };
}

async function until(act: () => Promise<void> | void): Promise<void> {
  await vi.waitFor(act, 10_000);
}

describe("a mission whose agent fails", () => {
  it("has what it did undone, newest first, by the compensator, and is sealed with a receipt", async () => {
    using scratch = scratchFolder();
    const application = deskApplication(bookAndFail);
    const folder = await foundDesk(scratch.at("data"), application);
    const runtime = await wire(folder, application);
    const { id } = await deskMission(runtime);
    expect(await runtime.supervisor.settle()).toEqual([]);
    const mission = await loadMission(runtime.world, id);
    const receipt = await buildReceipt(runtime.world, id);
    const log = await logOf(runtime);
    await runtime.close();

    expect(deskOf(folder)).toEqual(UNDONE);
    expect(mission).toMatchObject({ state: "CLOSED", outcomeKind: "FAILED" });
    const undos = log.filter(({ entry }) => entry.type === "call.sent" && entry.data["compensates"] !== undefined);
    expect(undos.map(({ entry }) => [entry.actor.id, entry.data["compensates"]])).toEqual([
      ["compensator", "1.2"],
      ["compensator", "1.1"],
    ]);
    expect(receipt.entries.some(({ entry }) => entry.type === "compensation.started")).toBe(true);
    expect(log.find(({ entry }) => entry.type === "mission.finished")?.entry.data["compensation"]).toMatchObject({
      undone: 2,
    });
  });

  it("is undone once though each process that goes on with it dies a write later than the one before", async () => {
    using scratch = scratchFolder();
    const application = deskApplication(bookAndFail);
    const folder = await foundDesk(scratch.at("data"), application);
    let deaths = 0;
    for (let finished = false; !finished; deaths += 1) {
      const runtime = await wire(folder, application, diesAtEnd(deaths + 1));
      if (deaths === 0) await deskMission(runtime);
      try {
        await runtime.supervisor.settle();
        const [row] = await runtime.store.rows(runtime.context, "mission");
        finished = row?.members["state"] === "CLOSED";
      } catch (error) {
        if (!(error instanceof SimulatedCrash)) throw error;
      } finally {
        await runtime.close().catch(() => undefined);
      }
    }
    expect(deskOf(folder)).toEqual(UNDONE);
    expect(deaths).toBeGreaterThan(3);
  }, 60_000);
});

/** A process that dies once the nth thing that it writes about the end of a mission is durable. */
function diesAtEnd(nth: number): Decorators {
  let left = nth;
  let dead = false;
  const isEnd = (stream: string, type: string): boolean =>
    stream.includes("/call/undo.") || type === "compensation.started" || type === "mission.finished";
  return {
    store: (store) =>
      interceptAppend(
        store,
        async (append, context, units) => {
          if (dead) throw new SimulatedCrash();
          const answers = await append(context, units);
          const isOfEnd = units.some(({ writes }) =>
            writes.some(({ stream, entries }) => entries.some(({ type }) => isEnd(stream, type))),
          );
          if (isOfEnd) left -= 1;
          dead = left === 0;
          if (dead) throw new SimulatedCrash();
          return answers;
        },
        () => false,
      ),
  };
}

describe("a stop", () => {
  it.each([
    ["its creator", OWNER, "CANCELLED"],
    ["somebody else", OPERATOR, "STOPPED"],
  ] as const)(
    "by %s cuts a run that sleeps, has what it did undone, and ends the mission",
    async (_who, actor, kind) => {
      using scratch = scratchFolder();
      const application = deskApplication(bookAndSleep);
      const folder = await foundDesk(scratch.at("data"), application);
      const runtime = await wire(folder, application);
      {
        await using _attended = attended(runtime);
        const { id } = await deskMission(runtime);
        runtime.supervisor.launched(id);
        await until(() => expect(deskOf(folder)).toEqual(["book one"]));
        await stopMission(runtime.world, { ...order("run", actor), mission: id });
        runtime.supervisor.nudge(id);
        await until(async () => expect((await loadMission(runtime.world, id))?.state).toBe("CLOSED"));
        expect(await loadMission(runtime.world, id)).toMatchObject({ outcomeKind: kind, endedBy: actor });
        expect(runtime.supervisor.rests().size).toBe(0);
      }
      await runtime.close();
      expect(deskOf(folder)).toEqual(["book one", "unbook one"]);
    },
  );

  it("with hold undoes nothing, also after a restart, until a stop with run", async () => {
    using scratch = scratchFolder();
    const application = deskApplication(bookAndSleep);
    const folder = await foundDesk(scratch.at("data"), application);
    const first = await wire(folder, application);
    const { id } = await deskMission(first);
    {
      await using _attended = attended(first);
      await until(() => expect(deskOf(folder)).toEqual(["book one"]));
      await stopNamespace(first.world, order("hold"));
      first.supervisor.nudge();
      await until(() => expect(first.supervisor.rests().get(id)?.reason).toBe("held"));
    }
    await first.close();

    const second = await wire(folder, application);
    {
      await using _attended = attended(second);
      await until(() => expect(second.supervisor.rests().get(id)?.reason).toBe("held"));
      expect(deskOf(folder)).toEqual(["book one"]);
      await stopMission(second.world, { ...order("run"), mission: id });
      second.supervisor.nudge(id);
      await until(async () => expect((await loadMission(second.world, id))?.state).toBe("CLOSED"));
    }
    await second.close();
    expect(deskOf(folder)).toEqual(["book one", "unbook one"]);
  });

  it("of an agent abandons its missions that never ran, and those that are created later", async () => {
    using scratch = scratchFolder();
    const application = deskApplication(bookAndSleep);
    const folder = await foundDesk(scratch.at("data"), application);
    const runtime = await wire(folder, application);
    await stopAgent(runtime.world, { ...order("run"), agent: "clerk" });
    const { id } = await deskMission(runtime);
    await runtime.supervisor.settle();
    const mission = await loadMission(runtime.world, id);
    await runtime.close();
    expect(mission).toMatchObject({ state: "CLOSED", outcomeKind: "STOPPED", outcomeCode: "mission/stopped" });
    expect(deskOf(folder)).toEqual([]);
  });
});

describe("the issuer", () => {
  it("refuses the agent of a mission that is revoked or stopped; its compensator only under hold", async () => {
    using scratch = scratchFolder();
    const application = deskApplication(bookAndSleep);
    const runtime = await wire(await foundDesk(scratch.at("data"), application), application);
    const { world, identity, keys } = runtime;
    const { id } = await deskMission(runtime);
    for (const edge of [planMission, requestApproval, approveMission, queueMission, startMission])
      await edge(world, id);
    const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
    const mission = await startCompensation(world, id, { kind: "STOPPED" });
    const issue = async (agent: string): Promise<unknown> =>
      issuer.dualToken(await issuer.instanceOf(agent), mission).then(
        () => "issued",
        ({ code }: { readonly code: string }) => code,
      );
    await raiseEpoch(world, { kind: "mission", mission: id }, { reason: "x", actor: OPERATOR });
    expect([await issue("clerk"), await issue(COMPENSATOR)]).toEqual(["runtime/agent_revoked", "issued"]);
    await stopMission(world, { ...order("run"), mission: id });
    expect([await issue("clerk"), await issue(COMPENSATOR)]).toEqual(["runtime/scope_stopped", "issued"]);
    await stopMission(world, { ...order("hold"), mission: id });
    expect([await issue("clerk"), await issue(COMPENSATOR)]).toEqual([
      "runtime/scope_stopped",
      "runtime/scope_stopped",
    ]);
    await runtime.close();
  });
});
