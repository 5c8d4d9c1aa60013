import type { Entry, JsonObject } from "@aura/trust";
import { signJws } from "@aura/trust";
import { expect } from "vitest";
import type { CallAnswer, Mission, VoteOrder } from "../src/index.ts";
import { callStream, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aWorld } from "../src/testing/index.ts";
import { WRITE, entriesOf } from "./scenes.ts";

/** What the rules answer to every call: a manager is asked. */
export const ASK = { kind: "ESCALATE", level: "L2", rules: ["big-writes"] } as const;
export const MANAGER = "manager-1";

/** A mission whose calls people are asked about, and what a test does with its one write. */
export class AskedMission {
  readonly world: TestWorld;
  readonly mission: Mission;

  constructor(world: TestWorld, mission: Mission) {
    this.world = world;
    this.mission = mission;
  }

  /** A mission that runs in a world of its own, whose rules ask about every call. */
  static async open(): Promise<AskedMission> {
    const world = await aWorld();
    const mission = await aMission(world);
    world.governor.answerCalls(ASK);
    return new AskedMission(world, mission);
  }

  /** The name of what people are asked about. */
  parked(key = "1.1"): { readonly mission: string; readonly call: string } {
    return { mission: this.mission.id, call: key };
  }

  async park(key = "1.1"): Promise<void> {
    expect(await this.present(key)).toMatchObject({ kind: "waits", for: "approval" });
  }

  async present(key = "1.1"): Promise<CallAnswer> {
    return performCall(this.world, await aCall(this.world, { mission: this.mission.id, key, ...WRITE }));
  }

  entries(key = "1.1"): Promise<Entry[]> {
    return entriesOf(this.world, callStream(this.mission.id, key));
  }

  /** A vote of the manager over a payload of the test's own, signed by the manager's key. */
  async signed(typ: string, payload: JsonObject): Promise<VoteOrder> {
    const { keys } = this.world;
    const jws = await signJws(keys.persons[MANAGER] ?? keys.agent, typ, payload);
    return { ...this.parked(), person: MANAGER, jws };
  }
}

/** What a JWS says. */
export function payloadOf(jws: string): JsonObject {
  return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8")) as JsonObject;
}
