import { readFileSync, readdirSync } from "node:fs";
import { loadMission } from "@aura/mission";
import { aTool, aWorld, aWriteTool, plainHashesIn } from "@aura/mission/testing";
import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { FakeTimers } from "../src/testing/index.ts";
import { PROGRAMS } from "./histories/programs.ts";
import { aPresenter, executed, runEntries } from "./support/a-run.ts";
import { type KeptHistory, storeOf } from "./support/kept-history.ts";

const folder = new URL("./histories/", import.meta.url);
const versions = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** What the functions returned when the histories were recorded. */
const RESULTS: { readonly [program: string]: unknown } = {
  "calls-and-steps": {
    agent: "invoice-clerk",
    before: null,
    minutes: 60_000,
    objective: "Sum the invoices and write a report.",
    sum: { lines: [1, 2, 3], total: "42.00", vat: null },
    written: { ok: true },
  },
  interleaved: {
    first: "fast",
    all: ["a", "b", "c", { ok: true }],
    seen: ["fast 0", "b 0", "c 0", "slow 0", "a 0"],
  },
  failures: [
    {
      code: "engine/step_failed",
      because: "ENOSPC",
      message: "Step throws failed. ENOSPC: no room. Catch it in the agent function if the work can go on without it.",
    },
    {
      code: "engine/step_failed",
      because: "engine/result_not_json",
      message:
        "Step date failed. engine/result_not_json: The result of step date is not JSON. Results are recorded as canonical " +
        "JSON and given back from the record. Return strings, finite numbers, booleans, null, arrays and plain objects; " +
        "turn dates and big integers into text. Catch it in the agent function if the work can go on without it.",
    },
    {
      code: "engine/call_failed",
      because: "notes/missing",
      message:
        "The call to read_note failed. notes/missing: There is no such note. " +
        "Catch it in the agent function if the work can go on without it.",
    },
    {
      code: "engine/call_denied",
      because: "mission/denied",
      message:
        "The call to send_mail was denied. mission/denied: The rules deny it. " +
        "Catch it in the agent function if the work can go on without it.",
    },
    {
      code: "engine/duration_invalid",
      because: null,
      message:
        "A run cannot sleep for -1 ms. The due time is recorded as an integer of milliseconds. " +
        "Pass an integer from 0 to 31536000000.",
    },
    {
      code: "engine/step_failed",
      because: null,
      message: "Step bad failed. bad. Catch it in the agent function if the work can go on without it.",
    },
  ],
};

describe.each(versions.map(({ name }) => name))("histories of version %s", (version) => {
  const names = readdirSync(new URL(`${version}/`, folder)).map((name) => name.replace(/\.json$/, ""));

  it("are those of every program", () => {
    expect(names.toSorted()).toEqual(Object.keys(PROGRAMS).toSorted());
  });

  it.each(names)("%s holds no plain hash of a text that can be destroyed", (name) => {
    const { log, payloads } = JSON.parse(
      readFileSync(new URL(`${version}/${name}.json`, folder), "utf8"),
    ) as KeptHistory;
    // A boundary is configuration; its digest is what tokens are bound to.
    const texts = payloads.map(({ text }) => text).filter((text) => !text.includes('"aura-boundary-1"'));
    const bare = texts.map((text) => JSON.parse(text) as JsonValue).filter((value) => typeof value === "string");
    const objectives = texts.flatMap((text) => /"objective":"([^"]*)"/.exec(text)?.[1] ?? []);
    expect(objectives).toHaveLength(1);
    expect(plainHashesIn(log, [...texts, ...bare, ...objectives])).toEqual([]);
  });

  it.each(names)("%s is repeated: its function comes to its end, and nothing runs or is sent", async (name) => {
    const kept = JSON.parse(readFileSync(new URL(`${version}/${name}.json`, folder), "utf8")) as KeptHistory;
    const { store, clock } = await storeOf(kept);
    const base = await aWorld({ tools: [aTool(), aWriteTool()], store, clock });
    const world = { ...base, timers: new FakeTimers(clock) };
    const mission = await loadMission(world, kept.mission);
    if (mission === undefined) throw new Error("the log holds the mission");
    const run = { world, mission, presenter: await aPresenter(world, mission) };
    const program = PROGRAMS[name] ?? (async () => null);
    expect(await executed(run, program)).toEqual({ kind: "completed", result: RESULTS[name] });
    expect([world.broker.sent, world.broker.asked]).toEqual([[], []]);
    const added = (await runEntries(run)).slice(kept.log.filter(({ stream }) => stream.includes("/run/")).length);
    expect(added.map(({ type }) => type)).toEqual(["run.taken_over", "run.ended"]);
  });
});
