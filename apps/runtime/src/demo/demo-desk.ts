import { createMission, findRequested } from "@aura/mission";
import { hashText } from "@aura/trust";
import type { Place } from "../application.ts";
import type { DemoDesk, LedgerRow, Scene } from "../http/demo-desk.ts";
import { DEFAULT_OPERATOR } from "../http/operators.ts";
import type { Runtime } from "../wire.ts";
import type { DemoStory, StoryMission, StoryScene } from "./demo-story.ts";
import { createSceneBook } from "./scene-book.ts";
import type { SceneBook } from "./scene-book.ts";

/** What a demo's runtime does beside its work: it plays scenes, and dies when it is told to. */
export interface SceneDesk extends DemoDesk {
  readonly book: SceneBook;
  /** Plays a scene that is a mission unless it was played at a first start before; answers its mission. */
  playFirst(scene: StoryScene & { readonly play: StoryMission }): Promise<string>;
}

export interface SceneDeskParts {
  readonly runtime: Runtime;
  readonly story: DemoStory;
  readonly place: Place;
  /** Told before a scene begins. */
  readonly begins: (scene: StoryScene) => void;
  /** Told when a scene with a mission has one. */
  readonly launched: (scene: StoryScene, mission: string) => void;
  readonly trouble: (error: unknown) => void;
  readonly kill: () => void;
}

export function createSceneDesk(parts: SceneDeskParts): SceneDesk {
  const { runtime, story, place } = parts;
  const { world, supervisor } = runtime;
  const book = createSceneBook(runtime, story, place);
  const playing = new Set<number>();

  const launch = async ({ agent, definition }: StoryMission, request?: string): Promise<string> => {
    const actor = { id: DEFAULT_OPERATOR, custody: "person" } as const;
    const digest = request === undefined ? undefined : hashText(request);
    const known = digest === undefined ? undefined : await findRequested(world, digest);
    if (known !== undefined) return known;
    const order = { agent, definition, actor, ...(digest === undefined ? {} : { request: digest }) };
    const { id } = await createMission(world, order);
    supervisor.launched(id);
    return id;
  };
  const playWithout = async (n: number): Promise<void> => {
    try {
      await story.without.play(place);
    } catch (error) {
      parts.trouble(error);
    } finally {
      playing.delete(n);
    }
  };
  return {
    book,
    view: async (): Promise<{
      readonly scenes: readonly Scene[];
      readonly ledger: readonly LedgerRow[];
      readonly without: readonly LedgerRow[];
    }> => ({
      scenes: await Promise.all(story.scenes.map((scene) => book.scene(scene, playing.has(scene.n)))),
      ledger: (await story.ledger(place)).map(rowOf),
      without: ((await story.without.view(place))?.ledger ?? []).map(rowOf),
    }),
    play: async (n) => {
      const scene = story.scenes.find((one) => one.n === n);
      if (scene === undefined || scene.play === "page") return undefined;
      if (!playing.has(n)) {
        parts.begins(scene);
        if (scene.play === "without") {
          playing.add(n);
          void playWithout(n);
        } else {
          parts.launched(scene, await launch(scene.play));
        }
      }
      return book.scene(scene, playing.has(n));
    },
    playFirst: (scene) => launch(scene.play, `aura-demo-first-scene-1/${scene.n}`),
    kill: parts.kill,
  };
}

/** No more of a row than the page shows. */
function rowOf({ id, key, payee, amount, currency, kind, atMs, note }: LedgerRow): LedgerRow {
  return { id, key, payee, amount, currency, kind, atMs, ...(note === undefined ? {} : { note }) };
}
