import { loadApplication } from "../application.ts";
import { dataFolder } from "../data-folder.ts";
import type { Served } from "../http/serve.ts";
import { keepCheckpoint } from "../kept-checkpoints.ts";
import { openMissions } from "../supervisor.ts";
import type { Rest } from "../supervisor.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { shown } from "./init.ts";
import { LISTEN_OPTIONS, readListenOptions, serveAt } from "./listen.ts";
import { watch } from "./watch.ts";
import type { WatchedRuntime } from "./watch.ts";
import type { Terminal } from "./terminal.ts";

export const startCommand: Command = {
  name: "start",
  summary: "Serves the API and the page of a namespace, resumes its open missions and runs until it is told to stop.",
  usage:
    "aura start --app DIR --data DIR [--listen ADDRESS:PORT] [--page DIR] [--tls-cert FILE --tls-key FILE | --behind-proxy] [--public-url URL] [--until-idle]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        app: { type: "string" },
        data: { type: "string" },
        "until-idle": { type: "boolean" },
        ...LISTEN_OPTIONS,
        json: { type: "boolean" },
      },
    });
    const terminal = host.terminal(given.flag("json") ? "json" : "people");
    const folder = dataFolder(given.required("data"));
    const listening = given.flag("until-idle") ? undefined : await readListenOptions(given);
    const application = await loadApplication(given.required("app"));
    const runtime = await watch(folder, application, { host, terminal });
    let served: Served | undefined;
    try {
      if (listening !== undefined) served = await serveAt(runtime, listening, terminal);
      await keepNewest(runtime);
      const open = await openMissions(runtime);
      terminal.line(
        `Namespace ${runtime.identity.namespace}, data ${shown(folder.path)}: ${open.length} open mission(s).`,
      );
      if (!given.flag("until-idle")) terminal.line("Stop it with Ctrl-C or SIGTERM.");
      const code = await attend(runtime, { terminal, stop: host.stop, untilIdle: given.flag("until-idle") });
      await keepNewest(runtime);
      return code;
    } finally {
      await served?.close();
      await runtime.close();
    }
  },
};

/** The next opening holds the log against it. */
async function keepNewest({ folder, checkpoints }: WatchedRuntime): Promise<void> {
  await keepCheckpoint(folder, await checkpoints.signNow());
}

interface Attendance {
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
  readonly untilIdle: boolean;
}

/** Drives what is open, and tells each rest as it comes: until nothing more moves by itself, or until told to stop. */
async function attend(runtime: WatchedRuntime, { terminal, stop, untilIdle }: Attendance): Promise<ExitCode> {
  const { supervisor, narrator } = runtime;
  const rested = (rest: Rest): Promise<void> =>
    narrator.settled().then(() => (stop.aborted ? undefined : tellRest(terminal, rest)));
  if (untilIdle) {
    const rests = await Promise.race([supervisor.settle(rested), aborted(stop)]);
    if (rests === "aborted") return tellInterrupted(runtime, terminal);
    await narrator.settled();
    return rests.length === 0 ? EXIT.DONE : EXIT.WAITING;
  }
  await Promise.race([supervisor.attend({ stop, rested, whenIdle: "stay" }), aborted(stop)]);
  return EXIT.DONE;
}

/** Shows a wait that needs a person. */
export function tellRest(terminal: Terminal, rest: Rest): void {
  terminal.line(`mission ${rest.mission} rests (${rest.reason}): ${rest.detail}`);
  terminal.json({ rests: rest });
}

/** Says, after all else that is to say, that a command was told to stop before it was done and that nothing is lost by it. */
export async function tellInterrupted({ narrator }: WatchedRuntime, terminal: Terminal): Promise<ExitCode> {
  await narrator.close();
  terminal.line("Interrupted. What is committed stays: the same command goes on where it stopped.");
  terminal.json({ interrupted: true });
  return EXIT.INTERRUPTED;
}

/** Resolves when the command is told to stop. */
export function aborted(stop: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve("aborted");
    stop.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}
