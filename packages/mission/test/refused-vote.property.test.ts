import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { castVote } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aVote } from "../src/testing/index.ts";
import { AskedMission, MANAGER } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("whatever is handed in as a vote", () => {
  it("is a typed refusal and leaves nothing behind", async () => {
    await scene.park();
    const honest = await aVote(world, { ...scene.parked(), person: MANAGER });
    const size = await world.store.size(world.context);
    const [header = "", payload = "", signature = ""] = honest.jws.split(".");
    const part = fc.oneof(fc.constantFrom(header, payload, signature, "", "e30"), fc.base64String(), fc.string());
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (jws) => {
        if (jws === honest.jws) return;
        const error: unknown = await castVote(world, { ...honest, jws }).catch((thrown: unknown) => thrown);
        expect((error as { code: string }).code).toMatch(/^mission\/vote_(?:malformed|forged)$/);
      }),
      { numRuns: 100 },
    );
    expect(await world.store.size(world.context)).toBe(size);
  });
});
