import { loadApplication } from "../application.ts";
import { dataFolder } from "../data-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import { createSceneDesk } from "../demo/demo-desk.ts";
import type { SceneDesk } from "../demo/demo-desk.ts";
import type { DemoStory, StoryScene } from "../demo/demo-story.ts";
import { findParent } from "../demo/system-parent-link.ts";
import { createTold } from "../demo/told.ts";
import { keepCheckpoint } from "../kept-checkpoints.ts";
import { placeIn } from "../place.ts";
import { applicationBroken, usage } from "../runtime-error.ts";
import type { Rest } from "../supervisor.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { tellScene, tellLook } from "./demo-scenes.ts";
import { EXIT } from "./exit-code.ts";
import { serveAt, readListenOptions } from "./listen.ts";
import { aborted } from "./start.ts";
import type { Terminal } from "./terminal.ts";
import { watch } from "./watch.ts";
import type { WatchedRuntime } from "./watch.ts";

/**
 * The runtime of a demo: as `aura start`, with scenes, and a button that kills it. `aura demo` starts it as a process of its
 * own, and again when it was killed.
 */
export const demoRuntimeCommand: Command = {
  name: "demo-runtime",
  hidden: true,
  summary: "The process that `aura demo` starts, and starts again when it was killed.",
  usage: "aura demo-runtime --app DIR --data DIR [--listen ADDRESS:PORT] [--page DIR]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        app: { type: "string" },
        data: { type: "string" },
        listen: { type: "string" },
        page: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const parent = findParent();
    if (parent === undefined) throw usage("This command is started by `aura demo`.", "Run `aura demo`.");
    const terminal = host.terminal(given.flag("json") ? "json" : "people");
    const folder = dataFolder(given.required("data"));
    const stop = AbortSignal.any([host.stop, parent.gone]);
    const loading = loadApplication(given.required("app"));
    loading.catch(() => undefined); // said once it may go: whoever started it says it first
    await Promise.race([parent.go, aborted(stop)]);
    if (stop.aborted) return EXIT.DONE;
    const application = await loading;
    const { story } = application;
    if (story === undefined) throw applicationBroken(application.folder, "it has no story");
    const tells = createTold(application.release);
    const runtime = await watch(folder, application, { host, terminal, tells, checks: "later" });
    const trouble = (error: unknown): void => {
      if (stop.aborted) return; // what was closed under it is no trouble
      terminal.error(`aura: a scene broke off: ${error instanceof Error ? error.message : String(error)}`);
    };
    try {
      const desk = createSceneDesk({
        runtime,
        story,
        place: await placeIn(folder, runtime.random, host.decorators.model),
        begins: (scene) => tellScene(terminal, scene),
        launched: (scene, id) => {
          untilOver({ runtime, desk, terminal, stop }, scene, id).catch((error: unknown) => trouble(error));
        },
        trouble: (error) => trouble(error),
        kill: () => process.kill(process.pid, "SIGKILL"),
      });
      const listening = await readListenOptions(given);
      const served = await serveAt(runtime, listening, terminal, desk);
      try {
        await keepNewest(runtime, folder);
        const page = await served.pageUrl();
        await parent.ready({ format: "aura-demo-ready-1", pid: process.pid, port: served.port, url: served.url, page });
        // People can look while the servers start; missions go on when the tools were held against the release, as ever.
        await Promise.race([runtime.checkTools(), aborted(stop)]);
        const attended = runtime.supervisor.attend({ stop, rested: createTroubles(terminal), whenIdle: "stay" });
        await Promise.race([
          Promise.all([attended, playFirst({ runtime, desk, terminal, stop }, story)]),
          aborted(stop),
        ]);
        await keepNewest(runtime, folder);
      } finally {
        await served.close();
      }
      return EXIT.DONE;
    } finally {
      await runtime.close();
    }
  },
};

/** Says what keeps a mission from going on that no scene is about: once, however often it is tried again. */
function createTroubles(terminal: Terminal): (rest: Rest) => void {
  const told = new Set<string>();
  return ({ mission, reason, detail }) => {
    if (STORY_RESTS.has(reason) || told.has(`${mission} ${detail}`)) return;
    told.add(`${mission} ${detail}`);
    terminal.error(`aura: mission ${mission} does not go on (${reason}): ${detail}`);
  };
}

/** Rests that scenes are about: they say themselves where to look. */
const STORY_RESTS: ReadonlySet<Rest["reason"]> = new Set(["approval", "person", "compensation", "held"]);

interface Playing {
  readonly runtime: WatchedRuntime;
  readonly desk: SceneDesk;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

/**
 * Plays the scenes of a first start one after another, each as far as it gets without a person, and follows those that an
 * earlier process began and did not see the end of.
 */
async function playFirst(playing: Playing, story: DemoStory): Promise<void> {
  const { desk, terminal, stop } = playing;
  let played = 0;
  for (const scene of story.scenes) {
    const { play } = scene;
    if (typeof play === "string" || stop.aborted) continue;
    const known = (await desk.book.missionsOf(play)).at(-1);
    if (known !== undefined) {
      if (!(await desk.book.rests(known))) await untilOver(playing, scene, known);
      continue;
    }
    if (!play.first) continue;
    tellScene(terminal, scene);
    await untilOver(playing, scene, await desk.playFirst({ ...scene, play }));
    played += 1;
  }
  if (played === 0 || stop.aborted) return;
  terminal.line();
  for (const line of story.next) terminal.line(line);
  terminal.json({ played });
}

/** Waits until only a person moves a scene's mission, and says where to look. */
async function untilOver({ runtime, desk, terminal, stop }: Playing, scene: StoryScene, id: string): Promise<void> {
  for (;;) {
    const { promise: grown, resolve } = Promise.withResolvers<void>();
    const forget = runtime.observe({ appended: resolve });
    try {
      if (stop.aborted) return;
      if (await desk.book.rests(id)) break;
      await Promise.race([grown, aborted(stop)]);
    } finally {
      forget();
    }
  }
  await runtime.narrator.settled();
  const mission = await desk.book.view(id);
  const parked = mission.calls.find(({ state }) => state === "parked");
  tellLook(terminal, scene, { mission: id, approval: parked === undefined ? id : `${id}.${parked.key}` });
}

/** The next opening holds the log against it. */
async function keepNewest({ checkpoints }: WatchedRuntime, folder: DataFolder): Promise<void> {
  await keepCheckpoint(folder, await checkpoints.signNow());
}
