import { spawn } from "node:child_process";
import { once } from "node:events";
import { createMission } from "@aura/mission";
import { describe, expect, it } from "vitest";
import { copyFilesOnce, loadApplication } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import { foundNamespace, wire } from "../src/wire.ts";
import { NOTEBOOK, scratchFolder } from "./in-process.ts";
import { AURA, spawnAura } from "./spawn-aura.ts";

/** A data folder with three missions that nobody has moved yet. */
async function withOpenMissions(path: string): Promise<void> {
  const application = await loadApplication(NOTEBOOK);
  const folder = dataFolder(path);
  await foundNamespace({ folder, rootFolder: `${path}.root`, org: "example.com", release: application.release });
  await copyFilesOnce(application, folder.files);
  const runtime = await wire(folder, application);
  for (const offer of [...application.missions, ...application.missions, ...application.missions]) {
    await createMission(runtime.world, { ...offer, actor: { id: "operator", custody: "person" } });
  }
  await runtime.close();
}

describe("aura start", () => {
  it("drives every open mission to its end, and exits when none is open", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await withOpenMissions(data);
    const { exitCode, out, err } = await spawnAura(["start", "--app", NOTEBOOK, "--data", data, "--until-idle"]);
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out).toContain("3 open mission(s)");
    expect(out.match(/ CLOSED /g)).toHaveLength(3);
  });

  it("tells the log to a machine, one entry a line", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await withOpenMissions(data);
    const { out } = await spawnAura(["start", "--app", NOTEBOOK, "--data", data, "--until-idle", "--json"]);
    const lines = out.trimEnd().split("\n");
    const told = lines.map(
      (line) => JSON.parse(line) as { readonly seq?: number; readonly entry?: { readonly type: string } },
    );
    const seqs = told.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect(told.filter(({ entry }) => entry?.type === "mission.sealed")).toHaveLength(3);
  });

  it("runs until it is told to stop, and leaves an open folder behind for the next one", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await spawnAura(["init", "--data", data]);
    const child = spawn(
      process.execPath,
      ["--conditions=@aura/source", AURA, "start", "--app", NOTEBOOK, "--data", data],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const ended = once(child, "close");
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("Stop it with") && child.kill("SIGTERM"));
    expect(await ended).toEqual([0, null]);
    expect(await spawnAura(["export", "--data", data, "--out", scratch.at("log")])).toMatchObject({ exitCode: 0 });
  });
});
