import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agent } from "@aura/engine";
import type { RunContext } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import { createMission, parseDefinition } from "@aura/mission";
import { isAuraError } from "@aura/trust";
import type { Application } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import type { DataFolder } from "../src/data-folder.ts";
import { foundNamespace, wire } from "../src/wire.ts";
import type { Decorators, Runtime } from "../src/wire.ts";

const SERVER = fileURLToPath(new URL("fixtures/note-server.js", import.meta.url));

/** An application whose agent adds notes, one after the other, and says how each went. */
export function noteApplication(notes: readonly string[], version = "1"): Application {
  const release = parseRelease({
    format: "aura-release-1",
    agents: [{ name: "writer", version, owner: "office", authority: "L1" }],
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
      { id: "may-work", effect: "PERMIT", on: "mission", match: {}, reason: "Writers work." },
      { id: "may-note", effect: "PERMIT", on: "call", match: { tools: ["add_note"] }, reason: "Notes are harmless." },
    ],
  });
  return {
    folder: ".",
    name: "notes",
    release,
    agents: [agent("writer", version, (_mission, ctx) => addAll(ctx, notes))],
    missions: [
      {
        agent: "writer",
        definition: parseDefinition({ objective: "Note.", tools: ["add_note"], authority: "L1", timeout: "PT5M" }),
      },
    ],
    files: undefined,
    upstreams: ({ node, files }) => [{ name: "notes", command: node, args: [SERVER, files], env: {} }],
  };
}

async function addAll(ctx: RunContext, notes: readonly string[]): Promise<readonly string[]> {
  const ends: string[] = [];
  for (const text of notes) {
    try {
      await ctx.call("add_note", { text });
      ends.push("done");
    } catch (error) {
      if (!isAuraError(error)) throw error;
      ends.push(error.why);
    }
  }
  return ends;
}

/** A founded namespace with the note server's files in place. */
export async function foundNotes(path: string, application: Application): Promise<DataFolder> {
  const folder = dataFolder(path);
  await foundNamespace({ folder, rootFolder: `${path}.root`, org: "example.com", release: application.release });
  mkdirSync(folder.files);
  writeFileSync(join(folder.files, "notes.txt"), "");
  describeTool(folder, "Adds a note.");
  return folder;
}

/** What the server says of its tool from its next start on. */
export function describeTool(folder: DataFolder, description: string): void {
  writeFileSync(join(folder.files, "description.txt"), description);
}

/** The notes that really were added. */
export function notesIn(folder: DataFolder): readonly string[] {
  return readFileSync(join(folder.files, "notes.txt"), "utf8").split("\n").slice(0, -1);
}

/** Wires the application and opens its mission, unless one is open. */
export async function startNotes(
  folder: DataFolder,
  application: Application,
  decorators?: Decorators,
): Promise<Runtime & { readonly mission: string }> {
  const runtime = await wire(folder, application, decorators);
  const [open] = await runtime.store.rows(runtime.context, "mission");
  if (open !== undefined) return { ...runtime, mission: open.key };
  const [offer] = application.missions;
  if (offer === undefined) throw new Error("the note application has a mission");
  const { id } = await createMission(runtime.world, { ...offer, actor: { id: "operator", custody: "person" } });
  return { ...runtime, mission: id };
}
