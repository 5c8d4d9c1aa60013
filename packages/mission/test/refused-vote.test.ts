import { beforeEach, describe, expect, it } from "vitest";
import type { VoteOrder } from "../src/index.ts";
import { castVote, revokeApprover } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aPool, aVote, testSigner, vote } from "../src/testing/index.ts";
import { AskedMission, MANAGER } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("a vote that is refused", () => {
  beforeEach(() => scene.park());

  const order = (override: Partial<VoteOrder>): Promise<VoteOrder> =>
    aVote(world, { ...scene.parked(), person: MANAGER }).then((honest) => ({ ...honest, ...override }));
  const spoilt = (spoil: { readonly [member: string]: unknown }) => () =>
    aVote(world, { ...scene.parked(), person: MANAGER, spoil });
  const H = "A".repeat(43);

  const refusals: readonly (readonly [name: string, code: string, make: () => Promise<VoteOrder>])[] = [
    ["no JWS", "mission/vote_malformed", () => order({ jws: "" })],
    ["two parts", "mission/vote_malformed", () => order({ jws: "e30.e30" })],
    ["a JWS with a byte too many", "mission/vote_malformed", async () => order({ jws: `${(await order({})).jws}=` })],
    ["of an unknown person", "mission/vote_unknown_approver", () => order({ person: "nobody" })],
    ["of another type", "mission/vote_malformed", () => scene.signed("aura-enrolment+jwt", {})],
    [
      "a payload that is no vote",
      "mission/vote_malformed",
      () => scene.signed("aura-vote+jwt", { format: "aura-vote-1" }),
    ],
    ["a member too many", "mission/vote_malformed", spoilt({ note: "x" })],
    ["a level that there is not", "mission/vote_malformed", spoilt({ level: "L5" })],
    ["a choice that there is not", "mission/vote_malformed", spoilt({ choice: "MAYBE" })],
    ["signed by another approver in this person's name", "mission/vote_forged", () => order({ person: "manager-2" })],
    [
      "signed by the key of an agent",
      "mission/vote_forged",
      () => aVote(world, { ...scene.parked(), person: MANAGER, signer: world.keys.agent }),
    ],
    [
      "signed by nobody's key",
      "mission/vote_forged",
      () => aVote(world, { ...scene.parked(), person: MANAGER, signer: testSigner(99) }),
    ],
    [
      "with a signature that was changed",
      "mission/vote_forged",
      async () => order({ jws: tampered((await order({})).jws) }),
    ],
    ["for another namespace", "mission/vote_mismatch", spoilt({ namespace: "other" })],
    ["for another mission", "mission/vote_mismatch", spoilt({ mission: "01936f3e-0000-7000-8000-000000000001" })],
    ["for another call", "mission/vote_mismatch", spoilt({ call: "1.2" })],
    ["for the mission as a whole", "mission/vote_mismatch", spoilt({ call: null })],
    ["over another tool", "mission/vote_mismatch", spoilt({ tool: "read_note" })],
    ["over other arguments", "mission/vote_mismatch", spoilt({ arguments: H })],
    ["under another boundary", "mission/vote_mismatch", spoilt({ boundary: H })],
    ["at another level", "mission/vote_mismatch", spoilt({ level: "L3" })],
    ["over another text", "mission/vote_mismatch", spoilt({ shown: H })],
    ["under another release", "mission/vote_mismatch", spoilt({ release: H })],
    ["with another end", "mission/vote_mismatch", spoilt({ expiresMs: 1 })],
    [
      "of who created the mission",
      "mission/vote_own_mission",
      () => aVote(world, { ...scene.parked(), person: AN_OWNER.id }),
    ],
    [
      "of who is not in the pool",
      "mission/vote_not_in_pool",
      () => {
        world.governor.pool = (question) => aPool(question, ["manager-2"]);
        return aVote(world, { ...scene.parked(), person: MANAGER });
      },
    ],
    [
      "when nobody can be in the pool any more",
      "mission/vote_not_in_pool",
      () => {
        world.governor.pool = () => ({ kind: "unreachable", reason: "GRAPH_CYCLE", passed: [] });
        return aVote(world, { ...scene.parked(), person: MANAGER });
      },
    ],
    [
      "after its time",
      "mission/vote_expired",
      async () => {
        const late = await order({});
        world.clock.advance(world.defaults.approvalWindowMs);
        return late;
      },
    ],
    [
      "of a person whose key was revoked",
      "mission/vote_unknown_approver",
      async () => {
        const late = await order({});
        const { kid } = world.keys.persons[MANAGER]?.publicKey ?? { kid: "" };
        await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
        return late;
      },
    ],
  ];

  it.each(refusals)("%s: %s, and nothing is recorded", async (_name, code, make) => {
    const refused = await make();
    const size = await world.store.size(world.context);
    await expect(castVote(world, refused)).rejects.toMatchObject({ code });
    expect(await world.store.size(world.context)).toBe(size);
    expect(await scene.present()).not.toMatchObject({ end: { kind: "succeeded" } });
  });

  it("counts up to the last millisecond of its time", async () => {
    world.clock.advance(world.defaults.approvalWindowMs - 1);
    expect(await vote(world, { ...scene.parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
    world.clock.advance(1);
    expect(await scene.present()).toMatchObject({ end: { code: "mission/approval_expired" } });
  });
});

/** Another signature of the right length. */
function tampered(jws: string): string {
  const at = jws.lastIndexOf(".") + 5;
  return `${jws.slice(0, at)}${jws[at] === "A" ? "B" : "A"}${jws.slice(at + 1)}`;
}
