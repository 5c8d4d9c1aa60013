import { describe, expect, it } from "vitest";
import { dataFolder } from "../src/data-folder.ts";
import { openNamespace } from "../src/wire.ts";
import { aura, NOTEBOOK, scratchFolder } from "./in-process.ts";
import { spawnAura } from "./spawn-aura.ts";

describe("a data folder that another runtime owns", () => {
  it.each([
    ["export", (data: string, out: string) => ["export", "--data", data, "--out", out]],
    ["demo", (data: string) => ["demo", "--app", NOTEBOOK, "--data", data]],
    ["start", (data: string) => ["start", "--app", NOTEBOOK, "--data", data, "--until-idle"]],
  ])("is refused to `aura %s` in a sentence, and nothing is written", async (_name, command) => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    const owner = await openNamespace(dataFolder(data));
    const size = await owner.store.size(owner.context);
    const { exitCode, err } = await spawnAura(command(data, scratch.at("log")));
    expect(await owner.store.size(owner.context)).toBe(size);
    await owner.close();
    expect(err).toContain("store/locked");
    expect(err).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(4);
  });
});
