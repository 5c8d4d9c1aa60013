import { formatVerifierKey, parseVerifierKey, verifyReceipt } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { buildReceipt, callStream, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { TestRunLane, aCall, aMission, aWorld, anAbandonedMission, walkMission } from "../src/testing/index.ts";

let world: TestWorld;

beforeEach(async () => {
  world = await aWorld();
});

const anchors = () => ({
  key: parseVerifierKey(formatVerifierKey(world.origin, world.keys.log.publicKey)),
  root: world.keys.root.publicKey,
});

async function aSealedMission(): Promise<string> {
  const running = await aMission(world);
  const lane = await TestRunLane.takeOver(world, running.id);
  await performCall(world, await aCall(world, { mission: running.id }), lane, 1);
  return (await walkMission(world, running, "CLOSED")).id;
}

describe("a receipt", () => {
  it("verifies offline, with everything that the mission wrote", async () => {
    // Another mission's entries lie between.
    await aMission(world);
    const id = await aSealedMission();
    const receipt = await buildReceipt(world, id);
    expect(verifyReceipt(receipt, anchors())).toMatchObject({ ok: true });
    expect(receipt.heads.map(({ stream }) => stream)).toEqual([
      `mission/${id}`,
      callStream(id, "1.1"),
      `mission/${id}/run/1`,
    ]);
    expect(receipt.entries).toHaveLength(8 + 2 + 2);
    expect(receipt.custody).toEqual(["agent", "person", "runtime"]);
    expect(Object.values(receipt.opened).map(({ text }) => text)).toContain('{"path":"invoices.txt"}');
  });

  it("verifies for a mission that was abandoned", async () => {
    const { id } = await anAbandonedMission(world, "WAITING_APPROVAL");
    expect(verifyReceipt(await buildReceipt(world, id), anchors())).toMatchObject({ ok: true });
  });

  it("does not verify without one of its streams", async () => {
    const id = await aSealedMission();
    const receipt = await buildReceipt(world, id);
    const entries = receipt.entries.filter(({ entry }) => entry.stream !== callStream(id, "1.1"));
    const heads = receipt.heads.filter(({ stream }) => stream !== callStream(id, "1.1"));
    expect(verifyReceipt({ ...receipt, entries, heads }, anchors())).toMatchObject({ ok: false });
  });

  it("is not built before the mission is closed", async () => {
    const { id } = await aMission(world, { state: "EXECUTED" });
    await expect(buildReceipt(world, id)).rejects.toMatchObject({ code: "mission/not_sealed" });
  });
});
