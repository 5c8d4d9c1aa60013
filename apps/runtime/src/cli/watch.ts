import { checkAgainstTools } from "@aura/governance";
import { isAuraError } from "@aura/trust";
import { copyFilesOnce } from "../application.ts";
import type { Application } from "../application.ts";
import type { LoggedEntry } from "@aura/store";
import type { DataFolder } from "../data-folder.ts";
import { createNarrator } from "../narrator.ts";
import type { Narrator } from "../narrator.ts";
import { wire } from "../wire.ts";
import type { Runtime } from "../wire.ts";
import type { Host } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export interface Watching {
  readonly host: Host;
  readonly terminal: Terminal;
  readonly from?: number;
  readonly tells?: (logged: LoggedEntry) => boolean;
  /** `later`: whoever watches checks the tools, before missions go on. */
  readonly checks?: "later";
}

/** A runtime whose log is told on the terminal while it grows. */
export interface WatchedRuntime extends Runtime {
  readonly narrator: Narrator;
  /**
   * Holds the release against what the upstreams offer today: a rule about an argument that no tool has would never do what it
   * says. An upstream that does not answer now is told, and does not stop missions that do without it. Starts upstreams.
   * @throws `governance/name_unknown`, `governance/tool_invalid`
   */
  checkTools(): Promise<void>;
}

/**
 * Wires an application to a data folder and tells everything that is committed from now on.
 * @param from where to begin to tell; by default at the end of what is there
 * @param checks when the release is held against its tools: at once unless it is said
 * @param tells which entries people are told; by default all that have something to say, and each
 *   checkpoint. Machines are told every entry
 */
export async function watch(
  folder: DataFolder,
  application: Application,
  { host, terminal, from, tells, checks }: Watching,
): Promise<WatchedRuntime> {
  let narrator: Narrator | undefined;
  let told = true;
  const runtime = await wire(folder, application, host.decorators, {
    appended: () => narrator?.wake(),
    signed: (tree) => (tells === undefined ? narrator?.signed(tree) : undefined),
    trouble: (error) => terminal.error(`aura: a checkpoint was not signed: ${messageOf(error)}`),
  });
  narrator = createNarrator({
    store: runtime.store,
    context: runtime.context,
    from: from ?? (await runtime.store.size(runtime.context)),
    show: (logged) => {
      const { seq, leaf, entry } = logged;
      told = tells?.(logged) ?? true;
      terminal.json({ seq, leaf, entry });
    },
    tell: (line) => told && terminal.story(line),
    trouble: (error) => terminal.error(`aura: the log could not be read to tell it: ${messageOf(error)}`),
  });
  narrator.wake();
  const watched = {
    ...runtime,
    narrator,
    checkTools: () => checkTools(runtime, terminal),
    close: () => closeAfter(narrator, runtime),
  };
  try {
    await copyFilesOnce(application, folder.files);
    if (checks !== "later") await watched.checkTools();
  } catch (error) {
    await watched.close();
    throw error;
  }
  return watched;
}

/** The narrator reads the store until it has told everything: only then may the store close. */
async function closeAfter(narrator: Narrator, runtime: Runtime): Promise<void> {
  await narrator.close();
  await runtime.close();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As {@link WatchedRuntime.checkTools}. */
async function checkTools({ application, world }: Runtime, terminal: Terminal): Promise<void> {
  const { release } = application;
  try {
    const tools = await Promise.all(release.tools.map(({ name }) => world.catalogue.find(name)));
    checkAgainstTools(
      release,
      tools.filter((tool) => tool !== undefined),
    );
  } catch (error) {
    if (!isAuraError(error, "gateway/upstream_unavailable")) throw error;
    terminal.line(`${error.what} ${error.fix}`);
    terminal.json({ unavailable: error.what });
  }
}
