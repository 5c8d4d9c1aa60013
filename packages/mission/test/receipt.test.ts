import type { Entry, Receipt } from "@aura/trust";
import { formatVerifierKey, hashText, openFounding, parseVerifierKey, verifyJws, verifyReceipt } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { textIn } from "../src/entry-data.ts";
import { VOTE_TYP, buildReceipt, callStream, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aWorld,
  anAbandonedMission,
  vote,
  walkMission,
} from "../src/testing/index.ts";

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

  /** What an auditor does with nothing but the receipt: the keys of the founding, the texts that it opens. */
  function votesIn({
    entries,
    opened,
    founding,
  }: Receipt): readonly { readonly entry: Entry; readonly claims: unknown }[] {
    const statement = openFounding(textIn(founding.entry, "statement"));
    if (!statement.ok) throw new Error("the founding is understood");
    return entries
      .filter(({ entry }) => entry.type.endsWith(".voted"))
      .map(({ entry }) => {
        const text = (name: string) =>
          JSON.parse(opened[entry.payloads[name] ?? ("" as never)]?.text ?? "null") as string;
        const keys = statement.statement.approvers.filter(({ id }) => id === entry.actor.id).map(({ key }) => key);
        const verification = verifyJws(text("vote"), VOTE_TYP, keys);
        if (!verification.ok) throw new Error(verification.reason);
        expect(verification.payload["shown"]).toBe(hashText(text("shown")));
        expect(entry.data).toMatchObject({ shown: hashText(text("shown")), kid: verification.kid });
        return { entry, claims: verification.payload };
      });
  }

  it("lets an auditor check every vote: who signed what, and what was shown", async () => {
    const waiting = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    await vote(world, { mission: waiting.id, call: null, person: "manager-1" });
    const running = await walkMission(world, waiting, "IN_PROGRESS");
    world.governor.answerCalls({ kind: "ESCALATE", level: "L3", rules: ["ask"] });
    await performCall(world, await aCall(world, { mission: running.id }));
    await vote(world, { mission: running.id, call: "1.1", person: "manager-2" });
    await performCall(world, await aCall(world, { mission: running.id }));
    await walkMission(world, running, "CLOSED");
    const receipt = await buildReceipt(world, running.id);
    expect(verifyReceipt(receipt, anchors())).toMatchObject({ ok: true, payloads: { closed: 0 } });
    const [whole, call] = votesIn(receipt);
    expect(whole?.claims).toMatchObject({ mission: running.id, call: null, level: "L2", choice: "APPROVE" });
    const parked = receipt.entries.find(({ entry }) => entry.type === "call.parked")?.entry;
    expect(call?.claims).toMatchObject({ call: "1.1", level: "L3", arguments: parked?.payloads["arguments"] });
  });

  it("verifies for a mission that a person rejected", async () => {
    const { id } = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    await vote(world, { mission: id, call: null, person: "manager-1", choice: "REJECT" });
    const receipt = await buildReceipt(world, id);
    expect(verifyReceipt(receipt, anchors())).toMatchObject({ ok: true, outcome: { kind: "DENIED" } });
    expect(votesIn(receipt)).toHaveLength(1);
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
