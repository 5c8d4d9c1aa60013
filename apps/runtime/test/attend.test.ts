import type { Timers } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import { createMission, loadMission, parseDefinition } from "@aura/mission";
import { describe, expect, it, vi } from "vitest";
import type { Application } from "../src/application.ts";
import { createIssuer } from "../src/issuer.ts";
import { createSupervisor } from "../src/supervisor.ts";
import type { Rest } from "../src/supervisor.ts";
import { wire } from "../src/wire.ts";
import type { Runtime } from "../src/wire.ts";
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

/** The machine's timers, without those that no test waits for. */
function shortTimers({ world }: Runtime): Timers {
  return {
    wakeAt: (timeMs, wake) =>
      timeMs > world.store.nowMs() + HOUR_MS / 2 ? () => undefined : world.timers.wakeAt(timeMs, wake),
  };
}

describe("while one mission sleeps", () => {
  it("another one's wait for approval is told, and expires at its time", async () => {
    using scratch = scratchFolder();
    const application = sleepAndAsk();
    const runtime = await wire(await foundNotes(scratch.at("data"), application), application);
    const { identity, keys } = runtime;
    const world = {
      ...runtime.world,
      timers: shortTimers(runtime),
      defaults: { ...runtime.world.defaults, approvalWindowMs: 2_000 },
    };
    const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
    const supervisor = createSupervisor({ world, issuer, agents: application.agents });
    const actor = { id: "operator", custody: "person" } as const;
    const sleeps = await createMission(world, { definition: DEFINITION, agent: "writer", actor });
    const asks = await createMission(world, { definition: DEFINITION, agent: "asker", actor });
    const stop = new AbortController();
    const rests: Rest[] = [];
    let failure: unknown;
    supervisor.attend({ stop: stop.signal, rested: (rest) => void rests.push(rest) }).catch((error: unknown) => {
      failure = error;
    });
    await vi.waitFor(async () => expect((await loadMission(world, asks.id))?.state).toBe("CLOSED"), 10_000);
    await vi.waitFor(async () => expect((await loadMission(world, sleeps.id))?.state).toBe("IN_PROGRESS"), 10_000);
    stop.abort();
    expect(await loadMission(world, asks.id)).toMatchObject({ outcomeKind: "EXPIRED" });
    await runtime.close();
    expect(failure).toBeUndefined();
    expect(rests).toMatchObject([{ mission: asks.id, reason: "approval", untilMs: expect.any(Number) }]);
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
