import { parseDefinition } from "@aura/mission";
import type { MissionDefinition } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { Place } from "../application.ts";
import type { LedgerRow } from "../http/demo-desk.ts";
import type { MissionView } from "../http/mission-view.ts";

/**
 * What an application brings so that `aura demo` can tell a story with it: scenes, and what its own world looks like from
 * outside AURA. An application that works needs none.
 */
export interface DemoStory {
  /** In the order in which they are told, numbered from 1 on. */
  readonly scenes: readonly StoryScene[];
  /** One line under the title. */
  readonly about: string;
  /** What to do once the first scenes were played, a line each. */
  readonly next: readonly string[];
  /** The ledger of what was paid through AURA. */
  ledger(place: Place): Promise<readonly LedgerRow[]>;
  /** The scene that happens without AURA. Played again, it pays nothing twice. */
  readonly without: {
    play(place: Place): Promise<void>;
    /** `undefined` until it was played. */
    view(place: Place): Promise<WithoutAura | undefined>;
  };
  /** What became of a mission, a line each, for people. Pure. */
  tell(mission: MissionView): readonly string[];
}

/** What the same agent did without AURA. */
export interface WithoutAura {
  readonly said: readonly string[];
  readonly ledger: readonly LedgerRow[];
}

export interface StoryScene {
  readonly n: number;
  readonly title: string;
  /** `without`: the scene without AURA. `page`: it happens on the page alone. */
  readonly play: "without" | "page" | StoryMission;
  /** Where to look afterwards and what to try, for people; `<mission>` and `<approval>` stand for what the scene made. */
  readonly look: readonly string[];
}

/** A scene that is a mission; `first`: the first start plays it by itself. */
export interface StoryMission {
  readonly agent: string;
  readonly definition: MissionDefinition;
  readonly first: boolean;
}

/** A story as an application gives it. */
type GivenStory = Omit<DemoStory, "scenes"> & {
  readonly scenes: readonly (Omit<StoryScene, "play"> & {
    readonly play: "without" | "page" | (Omit<StoryMission, "definition"> & { readonly definition: JsonValue });
  })[];
};

/** Checks the parts of a story that are data. @throws `mission/*` for a definition; answers what else is wrong as a text */
export function readStory(value: unknown): DemoStory | string {
  if (!isStory(value)) return "/story must have scenes, about, next, ledger, without and tell";
  const numbered = value.scenes.every(({ n }, index) => n === index + 1);
  if (!numbered) return "/story/scenes must be numbered from 1 on";
  const scenes = value.scenes.map((scene): StoryScene => {
    const { play } = scene;
    return {
      ...scene,
      play: typeof play === "string" ? play : { ...play, definition: parseDefinition(play.definition) },
    };
  });
  return { ...value, scenes };
}

function isStory(value: unknown): value is GivenStory {
  if (typeof value !== "object" || value === null) return false;
  const { scenes, about, next, ledger, without, tell } = value as Partial<Record<keyof DemoStory, unknown>>;
  const functions = [ledger, tell, (without as { play?: unknown })?.play, (without as { view?: unknown })?.view];
  return (
    Array.isArray(scenes) &&
    Array.isArray(next) &&
    typeof about === "string" &&
    functions.every((one) => typeof one === "function")
  );
}
