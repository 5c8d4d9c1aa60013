import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mission, createMission, loadMission, parseDefinition } from "@aura/mission";
import type { Entry } from "@aura/trust";
import { loadApplication } from "../../src/application.ts";
import { type ProcessEnd, childProcessHost } from "../../src/agent-process/child-process-host.ts";
import { createIssuer } from "../../src/issuer.ts";
import { createSupervisor } from "../../src/supervisor.ts";
import { wire } from "../../src/wire.ts";
import { scratchFolder } from "../in-process.ts";
import { foundNotes, notesIn } from "../note-application.ts";

const AGENTS = fileURLToPath(new URL("../fixtures/agents", import.meta.url));
/** Long enough for a machine that is busy, short enough to be waited for. */
const SILENT_MS = 4_000;

/** A founded namespace whose agents live in processes of their own. */
export async function theAgents() {
  const scratch = scratchFolder();
  const application = await loadApplication(AGENTS);
  const folder = await foundNotes(scratch.at("data"), application);
  const runtime = await wire(folder, application);
  const { identity, keys, store, context } = runtime;
  const ends: ProcessEnd[] = [];
  const host = childProcessHost({
    module: application.module ?? "",
    timers: runtime.world.timers,
    nowMs: () => store.nowMs(),
    secret: [folder.path],
    patience: { silentMs: SILENT_MS },
    ended: (end) => void ends.push(end),
  });
  const world = { ...runtime.world, host };
  const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
  const supervisor = createSupervisor({ world, issuer, agents: application.agents });

  return {
    folder,
    ends,
    notes: () => notesIn(folder),
    settle: () => supervisor.settle(),
    async mission(agent: string, objective = "Behave."): Promise<string> {
      const definition = parseDefinition({ objective, tools: ["add_note"], authority: "L1", timeout: "PT10M" });
      const actor = { id: "operator", custody: "person" } as const;
      return (await createMission(world, { definition, agent, actor })).id;
    },
    ended: async (id: string): Promise<Mission | undefined> => loadMission(world, id),
    async entries(id: string): Promise<readonly Entry[]> {
      const entries: Entry[] = [];
      for await (const entry of store.read(context, `mission/${id}/run/1`, 0)) entries.push(entry);
      return entries;
    },
    /** What the agent answered: the payload behind its run's end. */
    async result(id: string): Promise<unknown> {
      const last = (await this.entries(id)).at(-1);
      const commitment = last?.payloads["result"] ?? last?.payloads["cause"];
      const payload = commitment === undefined ? undefined : await store.payload(context, commitment);
      return payload === undefined || payload === "erased" ? undefined : JSON.parse(payload.text);
    },
    secretFile: join(folder.path, "log.vkey"),
    async [Symbol.asyncDispose](): Promise<void> {
      await runtime.close();
      scratch[Symbol.dispose]();
    },
  };
}

/** True while a process of this number runs; one that ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
