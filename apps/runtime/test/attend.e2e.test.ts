import type { Timers } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import { createMission, loadMission, parseDefinition, stopMission } from "@aura/mission";
import type { Broker } from "@aura/mission";
import { systemClock } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { Application } from "../src/application.ts";
import { createIssuer } from "../src/issuer.ts";
import { createSupervisor } from "../src/supervisor.ts";
import type { Rest } from "../src/supervisor.ts";
import { wire } from "../src/wire.ts";
import type { Runtime } from "../src/wire.ts";
import { until } from "./http/served.ts";
import { scratchFolder } from "./in-process.ts";
import { foundNotes, noteApplication } from "./note-application.ts";

const HOUR_MS = 3_600_000;
const DEFINITION = parseDefinition({ objective: "x", tools: ["add_note"], authority: "L1", timeout: 2 * HOUR_MS });

/** An application whose writer sleeps for an hour, and whose asker needs a person's approval. */
function sleepAndAsk(): Application {
  const application = noteApplication([]);
  const { release } = application;
  const agents = ["writer", "asker"];
  return {
    ...application,
    release: parseRelease({
      ...release,
      agents: agents.map((name) => ({ name, version: "1", owner: "office", authority: "L1" })),
      rules: [
        ...release.rules,
        { id: "ask", effect: "ESCALATE", level: "L2", on: "mission", match: { agents: ["asker"] }, reason: "Ask." },
      ],
    }),
    agents: agents.map((name) => ({ name, version: "1", body: (_mission, ctx) => ctx.sleep(HOUR_MS) })),
  };
}

/** Wakes that are further off than this are the test's to give: what is nearer is the machine's own business. */
const NEAR_MS = 60_000;
const WINDOW_MS = HOUR_MS / 2;

/** A clock that jumps when the test says so, and then wakes whoever waited for that time. */
function jumpingTime() {
  let aheadMs = 0;
  const waiting = new Set<{ readonly timeMs: number; readonly wake: () => void }>();
  return {
    clock: { nowMs: () => systemClock.nowMs() + aheadMs },
    timers: ({ world }: Runtime): Timers => ({
      wakeAt: (timeMs, wake) => {
        if (timeMs < world.store.nowMs() + NEAR_MS) return world.timers.wakeAt(timeMs, wake);
        const one = { timeMs, wake };
        waiting.add(one);
        return () => void waiting.delete(one);
      },
    }),
    jump: ({ world }: Runtime, byMs: number): void => {
      aheadMs += byMs;
      for (const one of waiting) {
        if (one.timeMs > world.store.nowMs()) continue;
        waiting.delete(one);
        one.wake();
      }
    },
  };
}

describe("while one mission sleeps", () => {
  it("another one's wait for approval is told, and expires at its time", async () => {
    using scratch = scratchFolder();
    const application = sleepAndAsk();
    const time = jumpingTime();
    const runtime = await wire(await foundNotes(scratch.at("data"), application), application, { clock: time.clock });
    const { identity, keys } = runtime;
    const world = {
      ...runtime.world,
      timers: time.timers(runtime),
      defaults: { ...runtime.world.defaults, approvalWindowMs: WINDOW_MS },
    };
    const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
    const supervisor = createSupervisor({ world, issuer, agents: application.agents });
    const actor = { id: "operator", custody: "person" } as const;
    const sleeps = await createMission(world, { definition: DEFINITION, agent: "writer", actor });
    const asks = await createMission(world, { definition: DEFINITION, agent: "asker", actor });
    const stop = new AbortController();
    const told = Promise.withResolvers<Rest>();
    const failures: unknown[] = [];
    supervisor.attend({ stop: stop.signal, rested: told.resolve }).catch((error: unknown) => failures.push(error));
    const stateOf = async (id: string) => (await loadMission(world, id))?.state;
    await until({ runtime }, async () => (await stateOf(sleeps.id)) === "IN_PROGRESS");
    expect(await told.promise).toMatchObject({
      mission: asks.id,
      reason: "approval",
      untilMs: expect.any(Number),
    });
    time.jump(runtime, WINDOW_MS);
    await until({ runtime }, async () => (await stateOf(asks.id)) === "CLOSED");
    expect(await loadMission(world, asks.id)).toMatchObject({ outcomeKind: "EXPIRED" });
    expect(await stateOf(sleeps.id)).toBe("IN_PROGRESS");
    stop.abort(); // the one that sleeps is left behind, as when the process ends
    await runtime.close();
    expect(failures).toEqual([]);
  });

  it("does not keep anybody who stops a wait", async () => {
    using scratch = scratchFolder();
    const application = sleepAndAsk();
    const runtime = await wire(await foundNotes(scratch.at("data"), application), application);
    const actor = { id: "operator", custody: "person" } as const;
    await createMission(runtime.world, { definition: DEFINITION, agent: "asker", actor });
    const stop = new AbortController();
    await runtime.supervisor.attend({ stop: stop.signal, rested: () => stop.abort() });
    await runtime.close();
    expect(stop.signal.aborted).toBe(true);
  });
});

/** Takes every call and never answers; gives it up when it is told to. */
function aSilentBroker(find: Broker["find"]): { readonly broker: Broker; readonly reached: Promise<void> } {
  const reached = Promise.withResolvers<void>();
  const send: Broker["send"] = ({ signal }) => {
    reached.resolve();
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "unknown", reason: "It was cut." }), { once: true });
    });
  };
  return { broker: { send, find }, reached: reached.promise };
}

describe("a stop that another process wrote", () => {
  it("cuts a call in flight as soon as this one is nudged, and the mission goes on to settle and undo", async () => {
    using scratch = scratchFolder();
    const application = noteApplication(["one"]);
    const runtime = await wire(await foundNotes(scratch.at("data"), application), application);
    const { identity, keys } = runtime;
    const { broker, reached } = aSilentBroker((finding) => runtime.world.broker.find(finding));
    const world = { ...runtime.world, broker };
    const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
    const supervisor = createSupervisor({ world, issuer, agents: application.agents });
    const actor = { id: "operator", custody: "person" } as const;
    const [asked] = application.missions;
    const { id } = await createMission(world, { agent: "writer", definition: asked!.definition, actor });
    const stop = new AbortController();
    const attended = supervisor.attend({ stop: stop.signal, rested: () => stop.abort(), whenIdle: "stay" });
    await reached;
    // The log, as another process has it open: nothing that this one has in flight is known there.
    const elsewhere = { ...world, store: Object.create(world.store) as typeof world.store };
    await stopMission(elsewhere, {
      mission: id,
      compensation: "run",
      reason: "Enough.",
      actor: { ...actor, id: "other" },
    });
    supervisor.nudge(id);
    await attended;
    expect(supervisor.rests().get(id)).toMatchObject({ mission: id, reason: "compensation" });
    await runtime.close();
  });
});
