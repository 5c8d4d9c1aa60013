import type { JsonObject } from "@aura/trust";
import type { Mission, Sent, Tool } from "../src/index.ts";
import { callStream, endMission, missionStream, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aDefinition, aMission, aTool, aWorld, aWriteTool, presentUndo } from "../src/testing/index.ts";
import { entriesOf } from "./scenes.ts";

export const FAILED = { kind: "FAILED", code: "engine/function_failed", cause: "It gave up." } as const;

type End = ReturnType<typeof endMission>;

/** A mission that writes notes and then ends, with a record of what reached the tools. */
export class UndoingMission {
  readonly world: TestWorld;
  readonly mission: Mission;
  /** What reached the tools, in order. */
  readonly ledger: string[] = [];

  private constructor(world: TestWorld, mission: Mission) {
    this.world = world;
    this.mission = mission;
    world.broker.act = async (sending) => {
      const path = sending.arguments["path"] as string;
      this.ledger.push(`${sending.tool.name} ${path}`);
      world.broker.effect(sending);
      return { kind: "succeeded", result: { receipt: `r-${path}` } };
    };
  }

  /** @param named the tools of the mission's definition */
  static async open(
    tools: readonly Tool[] = [aTool(), aWriteTool()],
    named = ["read_note", "write_note"],
  ): Promise<UndoingMission> {
    const world = await aWorld({ tools });
    return new UndoingMission(world, await aMission(world, { definition: aDefinition({ tools: named }) }));
  }

  async call(key: string, path: string, tool = "write_note"): Promise<void> {
    const args: JsonObject = tool === "write_note" ? { path, content: "x" } : { path };
    const { world, mission } = this;
    await performCall(world, await aCall(world, { mission: mission.id, key, tool, arguments: args }));
  }

  end(ending: Parameters<typeof endMission>[2] = FAILED): End {
    const { world, mission } = this;
    return endMission(world, mission.id, ending, presentUndo(world, mission.id));
  }

  /** What stands on the stream of one call. */
  async typesOf(key: string): Promise<string[]> {
    return (await entriesOf(this.world, callStream(this.mission.id, key))).map(({ type }) => type);
  }

  /** What the entry says that finished the mission. */
  async finished(): Promise<JsonObject | undefined> {
    const entries = await entriesOf(this.world, missionStream(this.mission.id));
    return entries.find(({ type }) => type === "mission.finished")?.data;
  }

  /** What the undo of one path comes to. */
  undoComesTo(path: string, sent: Sent): void {
    const { broker } = this.world;
    const { act } = broker;
    broker.act = async (sending) =>
      sending.tool.name === "remove_note" && sending.arguments["path"] === path ? sent : act(sending);
  }
}
