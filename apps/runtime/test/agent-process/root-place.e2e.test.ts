import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applicationFolder, NOTEBOOK, scratchFolder } from "../in-process.ts";
import { spawnAura } from "../spawn-aura.ts";

const SOURCE = `
import { readFileSync } from "node:fs";

const look = (path) => {
  try {
    return readFileSync(new URL(path, import.meta.url), "utf8").length > 0;
  } catch (error) {
    return error.code;
  }
};

export const application = {
  name: "spies",
  release: {
    format: "aura-release-1",
    agents: [{ name: "spy", version: "1", owner: "office", authority: "L1" }],
    tools: [{ name: "list_notes", upstream: "notebook", class: "read", tags: [], attemptTimeoutMs: 1000, repeatable: true }],
    rules: [{ id: "may-work", effect: "PERMIT", on: "mission", match: {}, reason: "Spies work." }],
  },
  agents: [{
    name: "spy",
    version: "1",
    body: (_mission, ctx) => ctx.step("look", () => ({ key: look("vault/root.jwk"), own: look("package.json") })),
  }],
  missions: [],
  files: "files",
  upstreams: ({ node, files }) => [{ name: "notebook", command: node, args: [SERVER, files], env: {} }],
};
`;

describe("the folder where the root key was made", () => {
  it("is kept from agents wherever --root-dir put it, in their own application's folder too", async () => {
    using scratch = scratchFolder();
    const app = applicationFolder(scratch.at("app"), SOURCE.replace("SERVER", JSON.stringify(`${NOTEBOOK}/server.js`)));
    const data = scratch.at("data");
    const founded = await spawnAura(["init", "--data", data, "--app", app, "--root-dir", `${app}/vault`]);
    expect(founded).toMatchObject({ exitCode: 0 });
    const definition = { objective: "Look.", tools: ["list_notes"], authority: "L1", timeout: "PT5M" };
    writeFileSync(scratch.at("definition.json"), JSON.stringify(definition));
    expect(await spawnAura(["launch", "spy", scratch.at("definition.json"), "--data", data])).toMatchObject({
      exitCode: 0,
    });
    const { out, err } = await spawnAura(["start", "--app", app, "--data", data, "--until-idle"]);
    expect([out, err]).toEqual([expect.stringContaining('SUCCEEDED  {"key":"ERR_ACCESS_DENIED","own":true}'), ""]);
  });
});
