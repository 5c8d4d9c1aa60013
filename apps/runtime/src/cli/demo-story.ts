import type { Application } from "../application.ts";
import { dataFolder } from "../data-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import type { DemoStory } from "../demo/demo-story.ts";
import { peopleFolder } from "../demo/people.ts";
import { prepareDemo } from "../demo/prepare.ts";
import { runtimeArguments } from "../demo/runtime-arguments.ts";
import { keepRuntimeAlive } from "../demo/system-keep-alive.ts";
import type { RuntimeEnd } from "../demo/system-keep-alive.ts";
import type { RuntimeReady } from "../demo/system-parent-link.ts";
import { findRuntimeFile } from "../http/runtime-file.ts";
import { demoRestless } from "../runtime-error.ts";
import { isAuraError } from "@aura/trust";
import type { Host } from "./command.ts";
import { tellLook, tellScene } from "./demo-scenes.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { DEFAULT_ORG, defaultRootFolder, shown } from "./init.ts";
import type { Terminal } from "./terminal.ts";

export interface StoryParts {
  readonly application: Application;
  readonly story: DemoStory;
  readonly folder: DataFolder;
  readonly host: Host;
  readonly terminal: Terminal;
  /** `undefined`: the usual one, or any other if that is taken. */
  readonly port: number | undefined;
  readonly page: string | undefined;
  readonly json: boolean;
}

/**
 * Tells a story: founds the namespace if there is none, plays the scene without AURA, and keeps a runtime alive that tells
 * the rest, until it is told to stop. Holds no log itself while the runtime runs.
 */
export async function tellStory(parts: StoryParts): Promise<ExitCode> {
  const { application, story, folder, host, terminal } = parts;
  const rootFolder = defaultRootFolder(folder.path);
  terminal.line(`AURA demo "${application.name}": ${story.about}`);
  terminal.line(`Data in ${shown(folder.path)}, people's keys in ${shown(peopleFolder(rootFolder))}.`);
  const { model } = host.decorators;
  const prepared = await prepareDemo(application, {
    folder,
    rootFolder,
    org: DEFAULT_ORG,
    decorators: host.decorators,
    model,
  }).catch((error: unknown) => pointAtOwner(error, folder, terminal));
  const { isNew, place } = prepared;
  for (const scene of story.scenes.filter(({ play }) => play === "without")) {
    if ((await story.without.view(place)) !== undefined || host.stop.aborted) continue;
    tellScene(terminal, scene);
    await story.without.play(place);
    const played = await story.without.view(place);
    for (const line of played?.said ?? []) terminal.line(`   ${line}`);
    tellLook(terminal, scene, { mission: "", approval: "" });
  }

  const { page, json } = parts;
  const end = await keepRuntimeAlive({
    args: (port) => runtimeArguments({ app: application.folder, data: folder.path, page, json, port }),
    port: parts.port,
    stop: host.stop,
    ready: (ready, before) => (before === undefined ? tellReady(parts, ready, isNew) : tellBack(terminal, ready)),
    died: (died) => tellDied(terminal, died),
  });
  if (host.stop.aborted) {
    terminal.line();
    terminal.line("Stopped. What is committed stays: the same command goes on with it.");
    return EXIT.DONE;
  }
  if (end.signal !== null) throw demoRestless(end.signal);
  return (end.exitCode ?? EXIT.UNEXPECTED) as ExitCode;
}

function tellReady({ story, terminal }: StoryParts, { pid, url, page }: RuntimeReady, isNew: boolean): void {
  terminal.line();
  terminal.story([
    { text: "Open the page  ", tone: "plain" },
    { text: page, tone: "strong" },
  ]);
  terminal.line("               (it opens once; another link: npx -y pnpm@12.18.0 aura page)");
  terminal.story([
    { text: "Kill it        ", tone: "plain" },
    { text: `kill -9 ${pid}`, tone: "strong" },
    { text: "   the runtime's own process, whenever you like: it is started again", tone: "plain" },
  ]);
  terminal.line("End it         Ctrl-C");
  terminal.json({ runtime: { pid, url, page }, founded: isNew });
  if (isNew) return;
  terminal.line();
  terminal.line(
    "The story of an earlier run is there, and goes on where it stopped. Scenes can be played again on the page:",
  );
  for (const { n, title } of story.scenes) terminal.line(`   ${n}  ${title}`);
}

function tellDied(terminal: Terminal, { pid, signal }: RuntimeEnd & { readonly pid: number }): void {
  terminal.line();
  terminal.story([
    { text: `The runtime is dead`, tone: "bad" },
    { text: `: process ${pid} got ${signal ?? "no signal"}. It is started again.`, tone: "plain" },
  ]);
  terminal.json({ died: { pid, signal } });
}

function tellBack(terminal: Terminal, { pid, url }: RuntimeReady): void {
  terminal.story([
    { text: "The runtime is back", tone: "good" },
    { text: `: process ${pid} at ${url}. It goes on where the log ends. Again: kill -9 ${pid}`, tone: "plain" },
  ]);
  terminal.json({ back: { pid, url } });
}

/** Another demo owns the folder: says where it is, then lets the refusal say the rest. */
async function pointAtOwner(error: unknown, folder: DataFolder, terminal: Terminal): Promise<never> {
  if (isAuraError(error, "store/locked")) {
    const owner = await findRuntimeFile(dataFolder(folder.path));
    if (owner !== undefined) terminal.line(`It runs already: process ${owner.pid} at ${owner.url}.`);
  }
  throw error;
}
