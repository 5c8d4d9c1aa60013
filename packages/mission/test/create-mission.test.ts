import { hashText } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { createMission, findRequested } from "../src/index.ts";
import { AN_AGENT, AN_OWNER, aDefinition, aWorld } from "../src/testing/index.ts";

const request = hashText("operator 7d1c");

describe("a mission that answers a request", () => {
  it("is found by the request, also after the tables were built again", async () => {
    const world = await aWorld();
    expect(await findRequested(world, request)).toBeUndefined();
    const order = { definition: aDefinition(), agent: AN_AGENT, actor: AN_OWNER, request };
    const { id } = await createMission(world, order);
    await world.store.rebuild(world.context);
    expect(await findRequested(world, request)).toBe(id);
  });

  it("is the only one, however many are created at once", async () => {
    const world = await aWorld();
    const order = { definition: aDefinition(), agent: AN_AGENT, actor: AN_OWNER, request };
    const answers = await Promise.allSettled([1, 2, 3, 4].map(() => createMission(world, order)));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await world.store.rows(world.context, "mission")).toHaveLength(1);
    const refused = answers.find(({ status }) => status === "rejected");
    expect(refused).toMatchObject({
      reason: { code: "mission/append_refused", what: expect.stringContaining("mission/request_repeated") },
    });
  });
});
