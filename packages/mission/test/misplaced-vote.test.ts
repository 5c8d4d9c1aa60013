import { beforeEach, describe, expect, it } from "vitest";
import { castVote, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aVote, testSigner, vote } from "../src/testing/index.ts";
import { AskedMission, MANAGER, payloadOf } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("a vote that is refused", () => {
  beforeEach(() => scene.park());

  it.each(["1.1", "1.9", "no key", null])("on a call %s that does not wait: mission/vote_not_waiting", async (key) => {
    const honest = await aVote(world, { ...scene.parked(), person: MANAGER });
    await vote(world, { ...scene.parked(), person: MANAGER });
    await scene.present();
    const other = await scene.signed("aura-vote+jwt", { ...payloadOf(honest.jws), call: key });
    await expect(castVote(world, { ...other, call: key })).rejects.toMatchObject({
      code: "mission/vote_not_waiting",
    });
  });

  it("on a mission that there is not: mission/vote_not_waiting", async () => {
    const id = "01936f3e-0000-7000-8000-000000000001";
    const honest = await aVote(world, { ...scene.parked(), person: MANAGER });
    for (const other of [id, "../control", ""]) {
      const made = await scene.signed("aura-vote+jwt", { ...payloadOf(honest.jws), mission: other });
      await expect(castVote(world, { ...made, mission: other })).rejects.toMatchObject({
        code: "mission/vote_not_waiting",
      });
    }
  });

  it("is not told what waits unless its key is known", async () => {
    const stranger = await aVote(world, { ...scene.parked(), person: MANAGER, signer: testSigner(99) });
    const nowhere = { ...stranger, mission: "01936f3e-0000-7000-8000-000000000001" };
    await expect(castVote(world, stranger)).rejects.toMatchObject({ code: "mission/vote_forged" });
    await expect(castVote(world, nowhere)).rejects.toMatchObject({ code: "mission/vote_forged" });
  });

  it("when one digit of the amount is another one", async () => {
    // The person approved 42.00 under key 1.1; the agent asks for 43.00 under another key: another commitment, another text.
    const approved = await aVote(world, { ...scene.parked(), person: MANAGER });
    const args = { path: "report.txt", content: "43.00" };
    await performCall(
      world,
      await aCall(world, { mission: scene.mission.id, key: "1.2", tool: "write_note", arguments: args }),
    );
    const moved = await scene.signed("aura-vote+jwt", { ...payloadOf(approved.jws), call: "1.2" });
    await expect(castVote(world, { ...moved, call: "1.2" })).rejects.toMatchObject({
      code: "mission/vote_mismatch",
    });
  });
});
