import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("fixtures/note-server.js", import.meta.url));

const RELEASE = {
  format: "aura-release-1",
  agents: ["sleeper", "asker"].map((name) => ({ name, version: "1", owner: "office", authority: "L1" })),
  tools: [
    {
      name: "add_note",
      upstream: "notes",
      class: "irreversible",
      tags: [],
      attemptTimeoutMs: 5_000,
      repeatable: false,
    },
  ],
  rules: [
    { id: "may-work", effect: "PERMIT", on: "mission", match: {}, reason: "Sleepers sleep." },
    {
      id: "asks",
      effect: "ESCALATE",
      level: "L2",
      on: "mission",
      match: { agents: ["asker"] },
      reason: "Somebody looks.",
    },
  ],
};

const MISSIONS = RELEASE.agents.map(({ name }) => ({
  agent: name,
  definition: { objective: "Sleep.", tools: ["add_note"], authority: "L1", timeout: "PT1H" },
}));

/**
 * An application folder with two missions: one sleeps for half an hour, the other waits for a person's approval. Whoever runs
 * it interrupts it.
 */
export function sleepingApplication(folder: string): string {
  mkdirSync(join(folder, "files"), { recursive: true });
  writeFileSync(join(folder, "files", "notes.txt"), "");
  writeFileSync(join(folder, "files", "description.txt"), "Adds a note.");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(folder, "application.js"),
    `export const application = {
  name: "sleep",
  release: ${JSON.stringify(RELEASE)},
  missions: ${JSON.stringify(MISSIONS)},
  files: "files",
  agents: ["sleeper", "asker"].map((name) => ({ name, version: "1", body: (_mission, ctx) => ctx.sleep(1_800_000) })),
  upstreams: ({ node, files }) => [{ name: "notes", command: node, args: [${JSON.stringify(SERVER)}, files], env: {} }],
};`,
  );
  return folder;
}
