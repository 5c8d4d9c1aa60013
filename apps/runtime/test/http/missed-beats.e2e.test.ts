import { describe, expect, it } from "vitest";
import { record, RUNTIME } from "../../src/record.ts";
import { scratchFolder } from "../in-process.ts";
import { askingApplication, DEFINITION, serveNotes, until } from "./served.ts";

describe("missed beats", () => {
  it("are counted in the log: also those of before this process", async () => {
    using scratch = scratchFolder();
    const first = await serveNotes(scratch.at("data"), askingApplication(["one"]));
    const headers = { authorization: `Bearer ${first.key}`, "idempotency-key": "k" };
    const body = { agent: "writer", definition: DEFINITION };
    const id = (await first.ask("/v1/missions", { method: "POST", body, headers })).json["id"] as string;
    await until(first, async () => (await first.ask("/v1/approvals")).text.includes(id));
    expect((await first.ask("/v1/now")).json["missedBeats"]).toBe(0);
    const data = { operation: null, lastMs: 1, allowedMs: 1, code: "engine/agent_silent" };
    const missed = { type: "run.beat_missed", actor: RUNTIME, data };
    await record(first.runtime, `mission/${id}/run/1`, missed);
    expect((await first.ask("/v1/now")).json["missedBeats"]).toBe(1);
    await first.close();

    const next = await serveNotes(scratch.at("data"), askingApplication(["one"]));
    expect((await next.ask("/v1/now")).json["missedBeats"]).toBe(1);
    await record(next.runtime, `mission/${id}/run/1`, missed);
    expect((await next.ask("/v1/now")).json["missedBeats"]).toBe(2);
    await next.close();
  });

  it("mark the call during which they were missed, until its run goes on", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), askingApplication(["one"]));
    const headers = { authorization: `Bearer ${notes.key}`, "idempotency-key": "k" };
    const body = { agent: "writer", definition: DEFINITION };
    const id = (await notes.ask("/v1/missions", { method: "POST", body, headers })).json["id"] as string;
    await until(notes, async () => (await notes.ask("/v1/approvals")).text.includes(id));
    const calls = async () =>
      (await notes.ask(`/v1/missions/${id}`)).json["calls"] as readonly { key: string; missedBeat: boolean }[];
    const [parked] = await calls();
    const [run, operation] = (parked?.key ?? "").split(".").map(Number);
    expect(parked?.missedBeat).toBe(false);
    const data = { operation: operation ?? null, lastMs: 1, allowedMs: 1, code: "engine/agent_silent" };
    await record(notes.runtime, `mission/${id}/run/${run}`, { type: "run.beat_missed", actor: RUNTIME, data });
    expect((await calls()).map(({ missedBeat }) => missedBeat)).toEqual([true]);
    await record(notes.runtime, `mission/${id}/run/${run}`, { type: "run.taken_over", actor: RUNTIME, data: {} });
    expect((await calls()).map(({ missedBeat }) => missedBeat)).toEqual([false]);
    await notes.close();
  });
});
