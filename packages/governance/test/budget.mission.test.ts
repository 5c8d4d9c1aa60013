import { loadApproval, performCall, type Mission } from "@aura/mission";
import {
  aCall,
  aDefinition,
  aMission,
  aTool,
  AN_AGENT,
  AN_OWNER,
  aWorld,
  vote,
  type TestWorld,
} from "@aura/mission/testing";
import { describe, expect, it } from "vitest";
import { createGovernor, parseRelease } from "../src/index.ts";
import { aRegistration, aRule } from "./builders.ts";

const PAY = aTool({ name: "pay", upstream: "bank", class: "irreversible", description: "Pays." });

/** The release of the worked examples, for the people whom the world's founding enrols. */
const release = parseRelease({
  format: "aura-release-1",
  agents: [{ name: AN_AGENT, version: "1", owner: "analyst", authority: "L1" }],
  tools: [aRegistration({ name: "pay", upstream: "bank", class: "irreversible", tags: [] })],
  people: [{ id: AN_OWNER.id }, { id: "manager-1" }, { id: "manager-2" }],
  positions: [
    { id: "analyst", level: "L1", reportsTo: "manager", holders: [AN_OWNER.id] },
    { id: "manager", level: "L2", reportsTo: "head", holders: ["manager-1"] },
    { id: "head", level: "L3", holders: ["manager-2"] },
  ],
  budgets: [
    {
      id: "payments-a-day",
      match: { tools: ["pay"] },
      measure: { argument: "amount", scale: 2 },
      per: "agent",
      window: "day",
      ceilings: { L1: "1500", L2: "10000" },
    },
  ],
  rules: [
    aRule({ id: "may-exist", on: "mission" }),
    aRule({
      id: "own-limit",
      match: { tools: ["pay"] },
      when: { argument: "amount", is: { constraint_type: "decimal", max: "1000" } },
    }),
  ],
});

async function aPayingWorld(): Promise<{ world: TestWorld; mission: Mission }> {
  const founded = await aWorld({ tools: [PAY] });
  const governor = createGovernor({ current: release, known: [] });
  const world = { ...founded, governor } as unknown as TestWorld;
  const mission = await aMission(world, { definition: aDefinition({ tools: ["pay"] }) });
  return { world, mission };
}

const counter = (world: TestWorld): Promise<number> =>
  world.store.counter(
    world.context,
    `budget/payments-a-day/${AN_AGENT}/${new Date(world.clock.nowMs()).toISOString().slice(0, 10)}`,
  );

describe("a day's budget, in the life of a call", () => {
  it("rows 1 and 2: 800 after 300 are reserved; 800 again ask the owner's manager, who signs, and all of it is counted", async () => {
    const { world, mission } = await aPayingWorld();
    const pay = async (key: string, amount: string) =>
      performCall(world, await aCall(world, { mission: mission.id, key, tool: "pay", arguments: { amount } }));
    expect(await pay("1.1", "300")).toMatchObject({ end: { kind: "succeeded" } });
    expect(await pay("1.2", "800")).toMatchObject({ end: { kind: "succeeded" } });
    expect(await counter(world)).toBe(110_000);

    expect(await pay("1.3", "800")).toMatchObject({ kind: "waits", for: "approval" });
    expect(await counter(world)).toBe(110_000);
    const approval = await loadApproval(world, { mission: mission.id, call: "1.3" });
    expect(approval).toMatchObject({
      level: "L2",
      rules: [{ rule: "budget/payments-a-day", reason: expect.stringContaining("L1 1500") as string }],
      pool: { kind: "pool", level: "L2", seats: [{ person: "manager-1", position: "manager" }] },
    });

    await vote(world, { mission: mission.id, call: "1.3", person: "manager-1" });
    expect(await pay("1.3", "800")).toMatchObject({ end: { kind: "succeeded" } });
    expect(await counter(world)).toBe(190_000);
  });

  it("an amount that cannot be counted is denied, and nothing is sent or counted", async () => {
    const { world, mission } = await aPayingWorld();
    for (const [index, amount] of ["5,000", "1e400", "0.001", "-1"].entries()) {
      const call = { mission: mission.id, key: `1.${index + 1}`, tool: "pay", arguments: { amount } };
      expect(await performCall(world, await aCall(world, call))).toMatchObject({
        end: { kind: "denied", rules: ["budget/payments-a-day"] },
      });
    }
    expect(world.broker.sent).toEqual([]);
    expect(await counter(world)).toBe(0);
  });
});
