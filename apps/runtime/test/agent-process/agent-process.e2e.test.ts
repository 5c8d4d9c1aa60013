import { existsSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { isAlive, theAgents } from "./support.ts";

describe("agents in processes of their own", () => {
  it("end badly without hurting the others: spinning, exiting, throwing, babbling, shouting", async () => {
    await using agents = await theAgents();
    const ids = new Map<string, string>();
    for (const name of ["writer", "spinner", "exiter", "thrower", "babbler", "shouter", "giant"]) {
      ids.set(name, await agents.mission(name));
    }
    const rests = await agents.settle();
    const ends: Record<string, unknown> = {};
    for (const [name, id] of ids) {
      const mission = await agents.ended(id);
      ends[name] = [mission?.outcomeKind, mission?.outcomeCode];
    }
    expect([rests, ends]).toEqual([
      [],
      {
        writer: ["SUCCEEDED", undefined],
        spinner: ["FAILED", "engine/agent_silent"],
        exiter: ["FAILED", "engine/agent_exited"],
        thrower: ["FAILED", "ENOSPC"],
        babbler: ["FAILED", "engine/agent_protocol"],
        shouter: ["FAILED", "engine/agent_protocol"],
        giant: ["SUCCEEDED", undefined],
      },
    ]);
    expect(await agents.result(ids.get("giant") ?? "")).toBe("engine/result_too_large");
    expect(agents.notes().toSorted()).toEqual(["exited", "spun", "written"]);
    const missed = (await agents.entries(ids.get("spinner") ?? "")).filter(({ type }) => type === "run.beat_missed");
    expect(missed.map(({ data }) => [data["operation"], data["allowedMs"], data["code"]])).toEqual(
      Array.from({ length: 3 }, () => [null, 4_000, "engine/agent_silent"]),
    );
  });

  it("see nothing of ours: no environment, no file but their application's, no database, no process, no thread, no signal", async () => {
    await using agents = await theAgents();
    const id = await agents.mission("spy", agents.secretFile);
    expect(existsSync(agents.secretFile)).toBe(true);
    await agents.settle();
    expect(await agents.result(id)).toEqual({
      environment: [],
      secret: "ERR_ACCESS_DENIED",
      passwords: "ERR_ACCESS_DENIED",
      write: "ERR_ACCESS_DENIED",
      spawn: "ERR_ACCESS_DENIED",
      worker: "ERR_ACCESS_DENIED",
      database: expect.stringMatching(/^TypeError: Cannot read properties of undefined/),
      signal: "ERR_ACCESS_DENIED",
      signalImported: "ERR_ACCESS_DENIED",
      signalBelow: "ERR_ACCESS_DENIED",
      debuggerOf: "ERR_ACCESS_DENIED",
    });
    expect(existsSync(`${agents.secretFile}.db`)).toBe(false);
  });

  it("take a long step up where its last beat said, after it fell silent", async () => {
    await using agents = await theAgents();
    const id = await agents.mission("resumer");
    await agents.settle();
    expect(await agents.result(id)).toEqual({ resumedAt: { page: 7 } });
    const entries = await agents.entries(id);
    expect(entries.map(({ type }) => type)).toEqual([
      "run.started",
      "run.progressed",
      "run.beat_missed",
      "run.taken_over",
      "run.recorded",
      "run.ended",
    ]);
    expect(entries[2]?.data).toMatchObject({ operation: 1, allowedMs: 2_000, code: "engine/agent_silent" });
  });

  it("go on in a fresh process when theirs is killed, and repeat nothing", async () => {
    await using agents = await theAgents();
    const id = await agents.mission("sleeper");
    const settled = agents.settle();
    const pid = await vi.waitFor(
      () => {
        const note = agents.notes().find((text) => text.startsWith("pid "));
        if (note === undefined) throw new Error("not yet");
        return Number(note.slice(4));
      },
      { timeout: 60_000, interval: 50 },
    );
    process.kill(pid, "SIGKILL");
    await settled;
    expect(await agents.result(id)).not.toBe(pid);
    expect(agents.notes()).toHaveLength(1);
    expect(agents.ends.map(({ how }) => how)[0]).toBe("signal SIGKILL");
    const missed = (await agents.entries(id)).find(({ type }) => type === "run.beat_missed");
    expect(missed?.data).toMatchObject({ operation: null, code: "engine/agent_exited" });
    expect(isAlive(pid)).toBe(false);
  });
});
