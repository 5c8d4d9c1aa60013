import type { JsonObject } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { Call, Mission } from "../src/index.ts";
import { callStream, findCall, foldCall, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aTool, aWorld, vote } from "../src/testing/index.ts";
import { WRITE, aWriteToolWithoutFind, entriesOf } from "./scenes.ts";

const COUNTER = "budget/spend/office/total";
const TODAY = { "time.day": "2026-11-24" };

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
  mission = await aMission(world);
});

async function present(): Promise<void> {
  await performCall(world, await aCall(world, { mission: mission.id, ...WRITE }));
}

/** What the entries of the call say of their decisions, and what its fold makes of them. */
async function recorded(): Promise<{ readonly facts: readonly unknown[]; readonly folded: JsonObject | undefined }> {
  const entries = await entriesOf(world, callStream(mission.id, "1.1"));
  const facts = entries.filter(({ data }) => "decision" in data).map(({ type, data }) => [type, data["facts"]]);
  return { facts, folded: (await findCall(world, mission.id, "1.1"))?.call.facts };
}

describe("the facts that a decision stood on", () => {
  it("stand beside it when the call is sent, and outlive its end", async () => {
    await present();
    expect(await recorded()).toEqual({ facts: [["call.sent", TODAY]], folded: TODAY });
  });

  it("stand beside it when the rules deny the call", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["no-writes"] });
    await present();
    expect(await recorded()).toEqual({ facts: [["call.denied", TODAY]], folded: TODAY });
  });

  it("follow the call from the question to the level that people approved it at", async () => {
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["big-writes"] });
    await present();
    await vote(world, { mission: mission.id, call: "1.1", person: "manager-1" });
    await present();
    const approved = { ...TODAY, "approval.level": "L2" };
    expect(await recorded()).toEqual({
      facts: [
        ["call.parked", TODAY],
        ["call.sent", approved],
      ],
      folded: approved,
    });
  });

  it("name the budget that was spent, also when people are asked at a higher level", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) => {
      if (request.kind === "mission") return answer(request);
      const { "approval.level": level, "refused.budget": budget } = request.facts;
      if (budget !== undefined)
        return { kind: "ESCALATE", level: level === "L2" ? "L3" : "L2", rules: ["budget/spend"] };
      return { kind: "PERMIT", rules: ["may"], reservations: [{ counter: COUNTER, delta: 9, ceiling: 5 }] };
    };
    await present();
    await vote(world, { mission: mission.id, call: "1.1", person: "manager-1" });
    await present();
    const refused = { ...TODAY, "refused.counter": COUNTER, "refused.budget": "spend" };
    expect((await recorded()).facts).toEqual([
      ["call.parked", refused],
      ["call.raised", { ...refused, "approval.level": "L2" }],
    ]);
  });

  it("are absent where an entry is older than they are: it folds as it always did", async () => {
    await present();
    const entries = await entriesOf(world, callStream(mission.id, "1.1"));
    const older = entries.map((entry) => {
      const { facts: _facts, ...data } = entry.data;
      return { ...entry, data };
    });
    const fold = (of: typeof entries) => of.reduce<Call | undefined>((call, entry) => foldCall(call, entry), undefined);
    const { facts, ...before } = fold(entries) ?? {};
    expect([facts, fold(older)]).toEqual([TODAY, before]);
  });
});
