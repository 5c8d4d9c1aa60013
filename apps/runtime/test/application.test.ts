import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadApplication } from "../src/application.ts";
import { applicationFolder, aura, NOTEBOOK, scratchFolder } from "./in-process.ts";

const RELEASE = {
  format: "aura-release-1",
  agents: [{ name: "clerk", version: "1", owner: "office", authority: "L1" }],
  tools: [{ name: "look", upstream: "files", class: "read", tags: [], attemptTimeoutMs: 1_000, repeatable: true }],
  rules: [{ id: "look-around", effect: "PERMIT", on: "call", match: { tools: ["look"] }, reason: "It may look." }],
};

const DEFINITION = { objective: "Look.", tools: ["look"], authority: "L1", timeout: "PT1M" };

/** The source of an application that is right, with one member replaced. */
function source(
  overrides: Readonly<Record<string, unknown>> = {},
  upstreams = `[{ name: "files", command: "x", args: [], env: {} }]`,
): string {
  const { agents = [{ name: "clerk", version: "1" }], ...others } = overrides;
  const members = {
    name: "office",
    release: RELEASE,
    missions: [{ agent: "clerk", definition: DEFINITION }],
    ...others,
  };
  return `export const application = { ...${JSON.stringify(members)}, agents: ${JSON.stringify(agents)}, upstreams: () => (${upstreams}) };`;
}

async function failure(code: string, then?: (folder: string) => void): Promise<{ exitCode: number; err: string }> {
  using scratch = scratchFolder();
  const folder = applicationFolder(scratch.path, code);
  then?.(folder);
  return await aura(["demo", "--app", folder, "--data", scratch.at("data")]);
}

describe("an application folder", () => {
  it("is loaded whole: release, agents, missions, files", async () => {
    const application = await loadApplication(NOTEBOOK);
    expect(application).toMatchObject({ name: "notebook", agents: [{ name: "keeper", version: "1" }] });
    expect(application.missions.map(({ agent }) => agent)).toEqual(["keeper"]);
    expect(application).toMatchObject({ files: `${NOTEBOOK}/files`, module: `${NOTEBOOK}/application.js` });
  });

  it.each<[string, string, string]>([
    ["does not parse", "export const application = {", "it does not load"],
    ["throws while it loads", "throw new Error('no luck.');", "it does not load (no luck)"],
    ["exports no application", "export const app = {};", "it exports no `application`"],
    ["has a member that nobody knows", source({ rules: [] }), "must NOT have additional properties"],
    ["has no agents", source({ agents: [] }), "/agents must NOT have fewer than 1 items"],
    [
      "has an agent that its release does not register",
      source({ agents: [{ name: "clark", version: "1" }] }),
      "does not register agent clark",
    ],
    [
      "has an agent in another version",
      source({ agents: [{ name: "clerk", version: "2" }] }),
      "does not register agent clerk in version 2",
    ],
    [
      "has a rule about a misspelt tool",
      source({ release: { ...RELEASE, rules: [{ ...RELEASE.rules[0], match: { tools: ["lok"] } }] } }),
      'Did you mean "look"?',
    ],
    [
      "has a mission of an unknown agent",
      source({ missions: [{ agent: "clark", definition: DEFINITION }] }),
      "/missions/0/agent names clark",
    ],
    [
      "has a mission without a timeout",
      source({ missions: [{ agent: "clerk", definition: { ...DEFINITION, timeout: undefined } }] }),
      "/missions/0/definition",
    ],
    [
      "gives its upstreams as data",
      source().replace("() => (", "(").replace("upstreams: (", "upstreams: ("),
      "/upstreams must be a function",
    ],
    [
      "does not give the upstream of a tool",
      source({}, "[]"),
      "tool look is at upstream files, which upstreams() does not give",
    ],
    [
      "gives an upstream without a command",
      source({}, `[{ name: "files" }]`),
      "upstreams(): /0 must have required property",
    ],
    [
      "gives a model without saying which",
      source({}, `[{ kind: "model", name: "files", baseUrl: "http://127.0.0.1:1/v1" }]`),
      "upstreams(): /0 must have required property 'model'",
    ],
    [
      "gives a model with a member that means nothing",
      source({}, `[{ kind: "model", name: "files", model: "m", command: "x", args: [], env: {}, baseURL: "x" }]`),
      "upstreams(): /0 must NOT have additional properties",
    ],
    ["names files that are not there", source({ files: "nowhere" }), "its files are not in"],
  ])("that %s is refused in a sentence", async (_what, code, sentence) => {
    const { exitCode, err } = await failure(code);
    expect(err).toContain(sentence);
    expect(err).toContain("runtime/application_broken");
    expect(err).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(6);
  });

  it("with a rule about an argument that its tools do not have is refused before anything runs", async () => {
    const rule = { ...RELEASE.rules[0], match: { tools: ["add_note"] }, when: { argument: "txt", present: true } };
    const tools = [{ ...RELEASE.tools[0], name: "add_note" }];
    const missions = [{ agent: "clerk", definition: { ...DEFINITION, tools: ["add_note"] } }];
    const server = JSON.stringify(fileURLToPath(new URL("fixtures/note-server.js", import.meta.url)));
    const upstreams = `[{ name: "files", command: ${JSON.stringify(process.execPath)}, args: [${server}, FILES], env: {} }]`;
    const code = source({ release: { ...RELEASE, tools, rules: [rule] }, missions, files: "files" }, upstreams);
    const { exitCode, err } = await failure(code.replace("() =>", "({ files: FILES }) =>"), (folder) =>
      writeFileSync(`${folder}/files/description.txt`, "Adds a note."),
    );
    expect(err).toContain('Did you mean "text"?');
    expect(err).toContain("governance/name_unknown");
    expect(exitCode).toBe(6);
  });

  it("that holds no application is refused in a sentence", async () => {
    const { exitCode, err } = await failure("", (folder) => rmSync(`${folder}/application.js`));
    expect([exitCode, err]).toEqual([6, expect.stringContaining("runtime/application_missing")]);
  });
});
