import { loadMission } from "@aura/mission";
import type { Place } from "../application.ts";
import type { Scene } from "../http/demo-desk.ts";
import { createMissionBook } from "../http/mission-book.ts";
import { missionView, waitsFor } from "../http/mission-view.ts";
import type { MissionView } from "../http/mission-view.ts";
import { objectiveIn, openJson } from "../http/opened.ts";
import { createReleaseShelf } from "../http/release-shelf.ts";
import type { Runtime } from "../wire.ts";
import type { DemoStory, StoryMission, StoryScene } from "./demo-story.ts";

/** How the scenes of a story stand, read from the log: nothing is kept beside it. */
export interface SceneBook {
  scene(of: StoryScene, playing: boolean): Promise<Scene>;
  /** Ids of the missions that belong to a scene, oldest first: same agent, same objective. */
  missionsOf(play: StoryMission): Promise<readonly string[]>;
  /** True once nothing of a mission moves but by a person's act. */
  rests(mission: string): Promise<boolean>;
  view(mission: string): Promise<MissionView>;
}

export function createSceneBook(runtime: Runtime, story: DemoStory, place: Place): SceneBook {
  const { world } = runtime;
  const book = createMissionBook(runtime);
  const parts = { world, releases: createReleaseShelf(runtime) };
  const names = new Map<string, string>();

  const nameOf = async (id: string): Promise<string> => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const mission = await loadMission(world, id);
    const objective = objectiveIn(await openJson(world, mission?.definition));
    const name = `${mission?.agent ?? ""}\n${objective ?? ""}`;
    names.set(id, name);
    return name;
  };
  const missionsOf = async ({ agent, definition }: StoryMission): Promise<readonly string[]> => {
    const ids = (await book.missions()).map(({ id }) => id);
    const named = await Promise.all(ids.map(async (id) => ({ id, name: await nameOf(id) })));
    return named.filter(({ name }) => name === `${agent}\n${definition.objective}`).map(({ id }) => id);
  };
  const view = (id: string): Promise<MissionView> => missionView(parts, id, runtime.supervisor.rests().get(id));
  return {
    missionsOf,
    view,
    rests: async (mission) => {
      const booked = (await book.missions()).find(({ id }) => id === mission);
      if (booked === undefined) return false;
      // A mission passes through WAITING_APPROVAL even where no person is asked.
      if (booked.state === "WAITING_APPROVAL") return runtime.supervisor.rests().has(mission);
      const waits = waitsFor(booked.state, booked.calls.values());
      return booked.state === "CLOSED" || waits === "approval" || waits === "person";
    },
    scene: async ({ n, title, play }, playing) => {
      if (play === "page") return { n, title, state: "ready", missions: [], said: [] };
      if (play === "without") {
        const without = await story.without.view(place);
        const state = playing ? "running" : without === undefined ? "idle" : "done";
        return { n, title, state, missions: [], said: without?.said ?? [] };
      }
      const missions = await missionsOf(play);
      const last = missions.at(-1);
      if (last === undefined) return { n, title, state: playing ? "running" : "idle", missions, said: [] };
      const mission = await view(last);
      return { n, title, state: stateOf(mission), missions, said: story.tell(mission) };
    },
  };
}

/** A scene is over when its mission is, however that ended: some scenes are about a failure. */
function stateOf({ state, waitsFor: waits }: MissionView): string {
  if (state === "CLOSED") return "done";
  return waits === "approval" || waits === "person" ? "waiting" : "running";
}
