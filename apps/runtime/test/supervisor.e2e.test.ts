import { createMission, loadMission, parseDefinition } from "@aura/mission";
import { describe, expect, it } from "vitest";
import { wire } from "../src/wire.ts";
import { logOf, scratchFolder } from "./in-process.ts";
import { foundNotes, noteApplication, notesIn } from "./note-application.ts";

const MISSIONS = 25;

describe("the supervisor", () => {
  it(`drives ${MISSIONS} missions of one agent at once: none is refused because of the others`, async () => {
    using scratch = scratchFolder();
    const application = noteApplication(["one", "two"]);
    const folder = await foundNotes(scratch.at("data"), application);
    const runtime = await wire(folder, application);
    const [offer] = application.missions;
    if (offer === undefined) throw new Error("the note application has a mission");
    const actor = { id: "operator", custody: "person" } as const;
    const created = await Promise.all(
      Array.from({ length: MISSIONS }, () => createMission(runtime.world, { ...offer, actor })),
    );
    const rests = await runtime.supervisor.settle();
    const ended = await Promise.all(created.map(({ id }) => loadMission(runtime.world, id)));
    const log = await logOf(runtime);
    await runtime.close();

    expect(rests).toEqual([]);
    expect(ended.map((mission) => mission?.outcomeKind)).toEqual(ended.map(() => "SUCCEEDED"));
    expect(notesIn(folder)).toHaveLength(2 * MISSIONS);
    expect(log.filter(({ entry }) => entry.type === "call.denied")).toEqual([]);
    expect(log.filter(({ entry }) => entry.type === "credential.issued")).toHaveLength(1);
  });

  it("ends a mission whose tool nobody offers as FAILED, and says why", async () => {
    using scratch = scratchFolder();
    const application = noteApplication(["one"]);
    const folder = await foundNotes(scratch.at("data"), application);
    const definition = parseDefinition({ objective: "x", tools: ["add_nothing"], authority: "L1", timeout: 60_000 });
    const runtime = await wire(folder, application);
    const actor = { id: "operator", custody: "person" } as const;
    const { id } = await createMission(runtime.world, { definition, agent: "writer", actor });
    const rests = await runtime.supervisor.settle();
    const mission = await loadMission(runtime.world, id);
    await runtime.close();
    expect(rests).toEqual([]);
    expect(mission).toMatchObject({ state: "CLOSED", outcomeKind: "FAILED", outcomeCode: "mission/tool_not_offered" });
  });

  it("shows a mission whose agent the application does not have, and leaves it", async () => {
    using scratch = scratchFolder();
    const application = noteApplication(["one"]);
    const folder = await foundNotes(scratch.at("data"), application);
    const runtime = await wire(folder, { ...application, agents: [] });
    const [offer] = application.missions;
    if (offer === undefined) throw new Error("the note application has a mission");
    const { id } = await createMission(runtime.world, { ...offer, actor: { id: "operator", custody: "person" } });
    const rests = await runtime.supervisor.settle();
    await runtime.close();
    expect(rests).toMatchObject([{ mission: id, reason: "no_agent", detail: expect.stringContaining("writer") }]);
    expect(notesIn(folder)).toEqual([]);
  });
});
