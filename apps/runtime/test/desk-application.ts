import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agent } from "@aura/engine";
import type { RunContext } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import { createMission, parseDefinition } from "@aura/mission";
import type { Mission } from "@aura/mission";
import type { Actor, JsonValue } from "@aura/trust";
import type { Application } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import type { DataFolder } from "../src/data-folder.ts";
import { foundNamespace } from "../src/wire.ts";
import type { Runtime } from "../src/wire.ts";

const SERVER = fileURLToPath(new URL("fixtures/desk-server.js", import.meta.url));

export const OWNER: Actor = { id: "owner-1", custody: "person" };
export const OPERATOR: Actor = { id: "operator-1", custody: "person" };

/** An application whose tool `book` is undone by `unbook`; its agent `clerk` does what it is given. */
export function deskApplication(work: (ctx: RunContext) => Promise<JsonValue>): Application {
  const tool = { upstream: "desk", tags: [], attemptTimeoutMs: 5_000, repeatable: false };
  const release = parseRelease({
    format: "aura-release-1",
    agents: [{ name: "clerk", version: "1", owner: "office", authority: "L1" }],
    tools: [
      {
        ...tool,
        name: "book",
        class: "write",
        repeatable: true,
        compensation: { tool: "unbook", arguments: { text: { from: "/text" } } },
      },
      { ...tool, name: "unbook", class: "irreversible", repeatable: true },
    ],
    rules: [
      { id: "may-work", effect: "PERMIT", on: "mission", match: {}, reason: "Clerks work." },
      { id: "may-book", effect: "PERMIT", on: "call", match: { tools: ["book"] }, reason: "Clerks book." },
      {
        id: "may-undo",
        effect: "PERMIT",
        on: "call",
        match: { agents: ["compensator"], tools: ["unbook"] },
        reason: "What is booked may be undone.",
      },
    ],
  });
  return {
    folder: ".",
    name: "desk",
    release,
    agents: [agent("clerk", "1", (_mission, ctx) => work(ctx))],
    missions: [
      {
        agent: "clerk",
        definition: parseDefinition({ objective: "Book.", tools: ["book"], authority: "L1", timeout: "PT1H" }),
      },
    ],
    files: undefined,
    upstreams: ({ node, files }) => [{ name: "desk", command: node, args: [SERVER, files], env: {} }],
  };
}

export async function foundDesk(path: string, application: Application): Promise<DataFolder> {
  const folder = dataFolder(path);
  await foundNamespace({ folder, rootFolder: `${path}.root`, org: "example.com", release: application.release });
  mkdirSync(folder.files);
  writeFileSync(join(folder.files, "desk.txt"), "");
  return folder;
}

export function deskMission({ world, application }: Runtime): Promise<Mission> {
  const [offer] = application.missions;
  if (offer === undefined) throw new Error("the desk application has a mission");
  return createMission(world, { ...offer, actor: OWNER });
}

/** What really was done, in order. */
export function deskOf(folder: DataFolder): readonly string[] {
  return readFileSync(join(folder.files, "desk.txt"), "utf8").split("\n").slice(0, -1);
}
