import { endMission, loadApproval, performCall, type Mission } from "@aura/mission";
import {
  aCall,
  aDefinition,
  aMission,
  aTool,
  AN_AGENT,
  AN_OWNER,
  aWorld,
  presentUndo,
  vote,
  type TestWorld,
} from "@aura/mission/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { createGovernor, parseRelease } from "../src/index.ts";
import { aRegistration, aRule } from "./builders.ts";

const REFUND = { tool: "refund", arguments: { amount: { from: "/amount" } } } as const;
const FAILED = { kind: "FAILED", code: "engine/function_failed" } as const;

/** The mission's agent is owned in one department, another agent in another: above both is the head alone. */
const release = parseRelease({
  format: "aura-release-1",
  agents: [
    { name: AN_AGENT, version: "1", owner: "manager", authority: "L1" },
    { name: "stock-keeper", version: "1", owner: "store-manager", authority: "L1" },
  ],
  tools: [
    aRegistration({ name: "pay", upstream: "bank", class: "write", tags: [], compensation: REFUND }),
    aRegistration({ name: "refund", upstream: "bank", class: "irreversible", tags: [] }),
  ],
  people: [{ id: AN_OWNER.id }, { id: "manager-1" }, { id: "manager-2" }],
  positions: [
    { id: "manager", level: "L2", reportsTo: "head", holders: ["manager-1"] },
    { id: "store-manager", level: "L2", reportsTo: "head", holders: [AN_OWNER.id] },
    { id: "head", level: "L3", holders: ["manager-2"] },
  ],
  rules: [
    aRule({ id: "may-exist", on: "mission" }),
    aRule({ id: "may-pay", match: { tools: ["pay"] } }),
    aRule({ id: "ask-before-undoing", effect: "ESCALATE", level: "L2", match: { agents: ["compensator"] } }),
  ],
});

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  const pay = aTool({ name: "pay", upstream: "bank", class: "write", description: "Pays.", compensation: REFUND });
  const refund = aTool({ name: "refund", upstream: "bank", class: "irreversible", description: "Refunds." });
  const founded = await aWorld({ tools: [pay, refund] });
  world = { ...founded, governor: createGovernor({ current: release, known: [] }) } as unknown as TestWorld;
  mission = await aMission(world, { definition: aDefinition({ tools: ["pay"] }) });
  await performCall(
    world,
    await aCall(world, { mission: mission.id, key: "1.1", tool: "pay", arguments: { amount: "5" } }),
  );
});

const end = () => endMission(world, mission.id, FAILED, presentUndo(world, mission.id));

describe("an undo that rules ask people about", () => {
  it("is put to those who answer for the agent whose work is undone, and made once they signed", async () => {
    expect(await end()).toMatchObject({ kind: "waits", for: "approval", key: "undo.1.1" });
    const approval = await loadApproval(world, { mission: mission.id, call: "undo.1.1" });
    expect(approval).toMatchObject({
      agent: "compensator",
      tool: "refund",
      level: "L2",
      pool: { kind: "pool", level: "L2", seats: [{ person: "manager-1", position: "manager" }] },
    });
    const undo = { mission: mission.id, call: "undo.1.1" };
    for (const person of ["manager-2", AN_OWNER.id]) {
      await expect(vote(world, { ...undo, person })).rejects.toMatchObject({
        code: expect.stringMatching(/vote_(not_in_pool|own_mission)/) as string,
      });
    }
    expect(await vote(world, { ...undo, person: "manager-1" })).toMatchObject({ outcome: "approved" });
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "FAILED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo.1.1": 1 });
  });
});
