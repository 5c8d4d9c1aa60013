import { loadApprovers } from "@aura/mission";
import { anEnrolment, aWorld, testSigner } from "@aura/mission/testing";
import { describe, expect, it } from "vitest";
import { createEnrolmentDesk } from "../../src/http/enrolment-desk.ts";

const key = testSigner(40);

describe("a key that waits for two persons", () => {
  it("keeps the first one's confirmation, and counts with the second's", async () => {
    const world = await aWorld({ quorum: 2 });
    const desk = createEnrolmentDesk(world);
    const by = async (person: string) => anEnrolment(world, { person: "ada", key, by: person });
    const [first, second] = [await by("manager-1"), await by("manager-2")];
    const { code } = desk.ask(first.possession);
    const confirm = (confirmations: readonly string[]) => desk.confirm(code, confirmations[0] ?? "");
    for (let times = 0; times < 20; times += 1) {
      await expect(confirm(first.confirmations)).rejects.toMatchObject({ code: "mission/enrolment_quorum" });
    }
    // Asked again, it is the same statement under the same code: nothing is lost.
    expect(desk.ask(first.possession).code).toBe(code);
    await expect(confirm(["x"])).rejects.toMatchObject({ code: "mission/enrolment_malformed" });
    expect(await confirm(second.confirmations)).toMatchObject({
      person: "ada",
      confirmedBy: ["manager-1", "manager-2"],
    });
    expect(desk.pending()).toEqual([]);
    expect(await loadApprovers(world)).toHaveLength(4);
  });
});
