import { existsSync } from "node:fs";
import { join } from "node:path";
import { createMission, loadMission } from "@aura/mission";
import type { Mission } from "@aura/mission";
import { loadApplication } from "../application.ts";
import { dataFolder } from "../data-folder.ts";
import { dropAhead } from "../demo/system-keep-alive.ts";
import { DEMO_OPTIONS } from "../demo/runtime-arguments.ts";
import { makePrivateFolder } from "../durable-file.ts";
import { exportedLines, writeLines } from "../export-log.ts";
import { keepCheckpoint, newestKept } from "../kept-checkpoints.ts";
import { openMissions } from "../supervisor.ts";
import { usage } from "../runtime-error.ts";
import { foundNamespace } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { tellStory } from "./demo-story.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { verifyCommand } from "./export.ts";
import { DEFAULT_ORG, defaultRootFolder, shown } from "./init.ts";
import { writeReceipt } from "./receipt.ts";
import { aborted, tellInterrupted, tellRest } from "./start.ts";
import type { Terminal } from "./terminal.ts";
import { watch } from "./watch.ts";
import type { WatchedRuntime } from "./watch.ts";

export const demoCommand: Command = {
  name: "demo",
  summary:
    "Tells an application's story with a page. Without a story, or with --until-idle: runs its missions to a verified log.",
  usage: "aura demo --app DIR --data DIR [--port N] [--page DIR] | --until-idle",
  async run(args, host) {
    const given = readArguments(this, args, { options: DEMO_OPTIONS });
    const terminal = host.terminal(given.flag("json") ? "json" : "people");
    const application = await loadApplication(given.required("app"));
    const folder = dataFolder(given.required("data"));
    const { story } = application;
    if (story !== undefined && !given.flag("until-idle")) {
      const [port, page] = [readPort(given.text("port")), given.text("page")];
      return tellStory({ application, story, folder, host, terminal, port, page, json: given.flag("json") });
    }
    dropAhead(); // no story, no runtime beside this process
    const isNew = !existsSync(folder.verifierKey);
    if (isNew) {
      const rootFolder = defaultRootFolder(folder.path);
      await foundNamespace({ folder, rootFolder, org: DEFAULT_ORG, release: application.release });
    }
    terminal.line(`AURA demo "${application.name}", data ${shown(folder.path)}, files ${shown(folder.files)}`);
    const runtime = await watch(folder, application, { host, terminal, ...(isNew ? { from: 0 } : {}) });
    try {
      const missions = await missionsToRun(runtime, terminal);
      const rests = await Promise.race([runtime.supervisor.settle(), aborted(host.stop)]);
      if (rests === "aborted") return await tellInterrupted(runtime, terminal);
      const code = await conclude(runtime, missions, terminal);
      for (const rest of rests) tellRest(terminal, rest);
      return rests.length > 0 ? EXIT.WAITING : code;
    } finally {
      await runtime.close();
    }
  },
};

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw usage(`${text} is no port.`, "Write --port 7411, or leave it out.");
  return port;
}

/** The missions that are open already; if there are none, new ones. */
async function missionsToRun(runtime: WatchedRuntime, terminal: Terminal): Promise<readonly string[]> {
  const open = await openMissions(runtime);
  if (open.length > 0) {
    terminal.line(`${open.length} mission(s) of an earlier run are open: they go on.`);
    return open;
  }
  const created: string[] = [];
  for (const { agent, definition } of runtime.application.missions) {
    const actor = { id: "operator", custody: "person" } as const;
    created.push((await createMission(runtime.world, { definition, agent, actor })).id);
  }
  return created;
}

/** Signs, exports, writes receipts, and says how to verify them. */
async function conclude(runtime: WatchedRuntime, ids: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { folder, identity, checkpoints, narrator } = runtime;
  const tree = await checkpoints.signNow();
  await narrator.settled();
  const loaded = await Promise.all(ids.map((id) => loadMission(runtime.world, id)));
  const missions = loaded.filter((mission) => mission !== undefined);
  const exported = folder.out;
  await makePrivateFolder(exported);
  const log = join(exported, "log.jsonl");
  await writeLines(exportedLines(runtime, tree), log);
  const older = (await newestKept(folder, tree.size))?.path;
  await keepCheckpoint(folder, tree);

  terminal.line();
  for (const mission of missions) terminal.line(endOf(mission));
  terminal.line(`The log of ${identity.origin} holds ${tree.size} entries, root ${tree.root}.`);
  terminal.line();
  terminal.line("Verify it without AURA's runtime, database or keys:");
  terminal.line(`  ${verifyCommand(log, folder.verifierKey)}`);
  if (older !== undefined) {
    terminal.line("Verify also that it extends what the earlier run had signed:");
    terminal.line(`  ${verifyCommand(log, folder.verifierKey, older)}`);
  }
  for (const { id, state } of missions) {
    if (state !== "CLOSED") continue;
    const receipt = join(exported, `receipt-${id}.json`);
    await writeReceipt(runtime.world, id, receipt);
    terminal.line("Verify the mission by its receipt alone:");
    terminal.line(`  ${verifyCommand(receipt, folder.verifierKey)}`);
    terminal.json({ receipt, mission: id });
  }
  terminal.json({
    exported: log,
    size: tree.size,
    root: tree.root,
    verifierKey: folder.verifierKey,
    since: older ?? null,
  });
  const succeeded = missions.every(({ state, outcomeKind }) => state === "CLOSED" && outcomeKind === "SUCCEEDED");
  return succeeded ? EXIT.DONE : EXIT.NOT_SUCCEEDED;
}

function endOf({ id, state, outcomeKind }: Mission): string {
  return `Mission ${id} is ${state}${outcomeKind === undefined ? "" : `: ${outcomeKind}`}.`;
}
