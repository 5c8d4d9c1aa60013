import { loadMission } from "@aura/mission";
import type { Broker } from "@aura/mission";
import { describe, expect, it } from "vitest";
import type { DataFolder } from "../src/data-folder.ts";
import type { Decorators } from "../src/wire.ts";
import { aura, scratchFolder } from "./in-process.ts";
import { foundNotes, noteApplication, notesIn, startNotes } from "./note-application.ts";

/** The answer of every call is lost on its way back. */
const ANSWER_LOST: Decorators = {
  broker: (broker: Broker): Broker => ({
    find: (sending) => broker.find(sending),
    send: async (sending) => {
      await broker.send(sending);
      return { kind: "unknown", reason: "The answer was lost." };
    },
  }),
};

const APPLICATION = noteApplication(["one"]);

/** A mission that waits for a person: its only call was sent, and nobody knows what came of it. */
async function waitingMission(path: string): Promise<{ readonly folder: DataFolder; readonly mission: string }> {
  const folder = await foundNotes(path, APPLICATION);
  const runtime = await startNotes(folder, APPLICATION, ANSWER_LOST);
  const rests = await runtime.supervisor.settle();
  await runtime.close();
  expect(rests).toMatchObject([{ mission: runtime.mission, reason: "person" }]);
  return { folder, mission: runtime.mission };
}

describe("a call whose outcome is unknown and whose tool cannot tell", () => {
  it.each([
    [["--as", "succeeded", "--result", '{"content":[]}'], "done"],
    [["--as", "failed", "--message", "It is not there."], "person/failed: It is not there."],
    [["--as", "unresolved"], "call/unresolved"],
  ])("is settled by a person with %j, and the mission goes on without sending it again", async (words, seen) => {
    using scratch = scratchFolder();
    const { folder, mission } = await waitingMission(scratch.at("data"));
    const { exitCode, err } = await aura(["resolve", mission, "1.1", "--data", folder.path, ...words]);
    expect([exitCode, err]).toEqual([0, ""]);

    const runtime = await startNotes(folder, APPLICATION);
    const rests = await runtime.supervisor.settle();
    const after = await loadMission(runtime.world, mission);
    const result = after?.result && (await runtime.store.payload(runtime.context, after.result));
    await runtime.close();
    expect(rests).toEqual([]);
    expect(after).toMatchObject({ state: "CLOSED", outcomeKind: "SUCCEEDED" });
    expect(result).toMatchObject({ text: expect.stringContaining(seen) });
    expect(notesIn(folder)).toEqual(["one"]);
  });

  it("keeps waiting, and is never sent again by itself", async () => {
    using scratch = scratchFolder();
    const { folder } = await waitingMission(scratch.at("data"));
    const runtime = await startNotes(folder, APPLICATION);
    const rests = await runtime.supervisor.settle();
    await runtime.close();
    expect(rests).toMatchObject([{ reason: "person" }]);
    expect(notesIn(folder)).toEqual(["one"]);
  });

  it("is the only kind of call that a person can settle", async () => {
    using scratch = scratchFolder();
    const { folder, mission } = await waitingMission(scratch.at("data"));
    const other = await aura(["resolve", mission, "1.2", "--data", folder.path, "--as", "failed"]);
    expect([other.exitCode, other.err]).toEqual([3, expect.stringContaining("runtime/call_not_unknown")]);
    const unknown = await aura(["resolve", "nobody", "1.1", "--data", folder.path, "--as", "failed"]);
    expect([unknown.exitCode, unknown.err]).toEqual([3, expect.stringContaining("runtime/mission_unknown")]);
  });
});

describe("a receipt", () => {
  it("is refused for a mission that is not CLOSED", async () => {
    using scratch = scratchFolder();
    const { folder, mission } = await waitingMission(scratch.at("data"));
    const { exitCode, err } = await aura(["receipt", mission, "--data", folder.path, "--out", scratch.at("r.json")]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/mission_not_closed")]);
  });
});
