import { createMission, loadMission } from "@aura/mission";
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
});
