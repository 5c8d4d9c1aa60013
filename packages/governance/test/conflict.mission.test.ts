import { callStream, loadApproval, performCall, type Mission } from "@aura/mission";
import {
  aCall,
  aDefinition,
  aMission,
  aTool,
  AN_AGENT,
  AN_OWNER,
  aWorld,
  vote,
  walkMission,
  type TestWorld,
} from "@aura/mission/testing";
import type { Entry, JsonObject, JsonValue } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { createGovernor, decide, parseRelease } from "../src/index.ts";
import { aRegistration, aRule } from "./builders.ts";
import { anOrganisation, aPayment, PAYMENT_RULES } from "./an-organisation.ts";

const release = parseRelease({
  format: "aura-release-1",
  agents: [{ name: AN_AGENT, version: "1", owner: "desk", authority: "L2" }],
  tools: [aRegistration({ name: "pay", upstream: "bank", class: "irreversible", tags: [] })],
  people: [{ id: AN_OWNER.id }, { id: "manager-1", aliases: ["DE 41"] }, { id: "manager-2" }],
  positions: [
    { id: "desk", level: "L1", reportsTo: "manager", holders: [AN_OWNER.id] },
    { id: "manager", level: "L2", reportsTo: "head", holders: ["manager-1"] },
    { id: "head", level: "L3", holders: ["manager-2"] },
  ],
  conflicts: [{ tools: ["pay"], argument: "payee" }],
  rules: [
    aRule({ id: "may-exist", on: "mission" }),
    aRule({ id: "ask", effect: "ESCALATE", level: "L2", match: { tools: ["pay"] } }),
  ],
});

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  const inputSchema = { type: "object", properties: { payee: {} }, additionalProperties: false };
  const pay = aTool({ name: "pay", upstream: "bank", class: "irreversible", description: "Pays.", inputSchema });
  const founded = await aWorld({ tools: [pay] });
  world = { ...founded, governor: createGovernor({ current: release, known: [] }) } as unknown as TestWorld;
  const definition = aDefinition({ tools: ["pay"], authority: "L2" });
  const waiting = await aMission(world, { state: "WAITING_APPROVAL", definition });
  await vote(world, { mission: waiting.id, call: null, person: "manager-1" });
  mission = await walkMission(world, waiting, "IN_PROGRESS");
});

const pay = async (key: string, payee: JsonValue) =>
  performCall(world, await aCall(world, { mission: mission.id, key, tool: "pay", arguments: { payee } }));

describe("an approval of a mission as a whole", () => {
  it("stands for its calls", async () => {
    expect(await pay("1.1", "acme-supplies")).toMatchObject({ end: { kind: "succeeded" } });
  });

  it.each([
    ["by the id", "manager-1"],
    ["by an alias, however it is spelt", "de41"],
    ["in a list", ["acme-supplies", "DE 41"]],
    ["with what nobody sees in it", "DE\u200b4\u00ad1\ufe0f"],
    ["as a name in an object", { "DE 41": "100.00" }],
  ])(
    "does not stand for a call that names %s a person who gave it: another one is asked, and signs",
    async (_, payee) => {
      expect(await pay("1.1", payee)).toMatchObject({ kind: "waits", for: "approval" });
      expect(world.broker.sent).toEqual([]);
      const question = { mission: mission.id, call: "1.1" };
      expect(await loadApproval(world, question)).toMatchObject({ pool: { seats: [{ person: "manager-2" }] } });
      await vote(world, { ...question, person: "manager-2" });
      expect(await pay("1.1", payee)).toMatchObject({ end: { kind: "succeeded" } });
      const entries: Entry[] = [];
      for await (const entry of world.store.read(world.context, callStream(mission.id, "1.1"), 0)) entries.push(entry);
      expect(entries.at(-2)).toMatchObject({
        type: "call.sent",
        data: { votes: [2], quorum: 1, facts: { "approval.level": "L2" } },
      });
    },
  );
});

describe("decide, with a mission's own approval", () => {
  const large = (payee: string, facts: JsonObject) =>
    decide(
      anOrganisation({
        rules: PAYMENT_RULES,
        people: [
          ...["ana", "max", "hana", "b1", "b2", "b3", "b4", "b5", "cora"].map((id) => ({ id })),
          { id: "dora", aliases: ["dora gmbh"] },
        ],
        delegations: [
          { id: "max-to-cora", from: "max", to: "cora", since: "2026-11-20T00:00:00Z", until: "2026-12-01T00:00:00Z" },
        ],
      }),
      { ...aPayment({ payee, amount: "2000" }), facts: { "approval.level": "L2", ...facts } },
    ).kind;

  it.each<[string, string, JsonObject, string]>([
    ["nobody who gave it is named", "acme-supplies", { "approval.voters": ["max"] }, "PERMIT"],
    ["one who gave it is named", "max", { "approval.voters": ["hana", "max"] }, "ESCALATE"],
    ["one who gave it is named by an alias", "Dora GmbH", { "approval.voters": ["dora"] }, "ESCALATE"],
    [
      "one is named for whom somebody stood in",
      "max",
      { "approval.voters": ["cora"], "approval.delegations": ["max-to-cora"] },
      "ESCALATE",
    ],
    [
      "somebody is named, and a delegation is not known",
      "hana",
      { "approval.voters": ["cora"], "approval.delegations": ["gone"] },
      "ESCALATE",
    ],
    ["somebody is named, and the voters cannot be read", "hana", { "approval.voters": "max" }, "ESCALATE"],
    ["the votes were over the call itself: its own pool judged them", "hana", {}, "PERMIT"],
  ])("when %s", (_, payee, facts, kind) => {
    expect(large(payee, facts)).toBe(kind);
  });
});
