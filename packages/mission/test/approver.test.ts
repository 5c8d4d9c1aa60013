import type { Entry, Signer } from "@aura/trust";
import { signJws } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { Approver, SignedEnrolment } from "../src/index.ts";
import {
  CONFIRMATIONS_MAX,
  CONTROL_STREAM,
  enrolApprover,
  foldApprovers,
  loadApprovers,
  performCall,
  raiseEpoch,
  revokeApprover,
  signEnrolment,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_OWNER,
  aCall,
  aMission,
  aPool,
  aVote,
  aWorld,
  anEnrolment,
  enrolPerson,
  interceptAppend,
  onStore,
  testSigner,
  vote,
} from "../src/testing/index.ts";
import { entriesOf, racing } from "./scenes.ts";

let world: TestWorld;

beforeEach(async () => {
  world = await aWorld();
});

const ADA = "ada";
const adaKey = testSigner(40);
const honest = () => anEnrolment(world, { person: ADA, key: adaKey, by: "manager-1" });
const people = async () => (await loadApprovers(world)).map(({ person }) => person);
const kidOf = (person: string) => world.keys.persons[person]?.publicKey.kid ?? "";

describe("approvers", () => {
  it("are those of the founding, from the first entry on", async () => {
    const [first] = await loadApprovers(world);
    expect(await people()).toEqual(["owner-1", "manager-1", "manager-2"]);
    expect(first).toMatchObject({ person: "owner-1", confirmedBy: [], revokedAtMs: null });
  });

  it("grow by an enrolment that the new key and another approver signed", async () => {
    const approver = await enrolApprover(world, await honest());
    expect(approver).toMatchObject({
      person: ADA,
      confirmedBy: ["manager-1"],
      key: adaKey.publicKey,
      revokedAtMs: null,
    });
    expect((await loadApprovers(world)).at(-1)).toEqual(approver);
    expect((await entriesOf(world, CONTROL_STREAM)).at(-1)).toMatchObject({
      type: "approver.enrolled",
      actor: { id: "manager-1", custody: "person" },
      data: { person: ADA, confirmedBy: ["manager-1"], key: { ...adaKey.publicKey } },
    });
  });

  it("may confirm others once they are enrolled, and no more once they are revoked", async () => {
    const key = await enrolPerson(world, ADA, 40);
    const bob = testSigner(41);
    await enrolApprover(world, await anEnrolment(world, { person: "bob", key: bob, by: ADA, confirmer: key }));
    await revokeApprover(world, { person: ADA, kid: key.publicKey.kid, reason: "Left.", actor: AN_OWNER });
    const late = await anEnrolment(world, { person: "eve", key: testSigner(42), by: ADA, confirmer: key });
    await expect(enrolApprover(world, late)).rejects.toMatchObject({ code: "mission/enrolment_unconfirmed" });
    expect(await people()).toEqual(["owner-1", "manager-1", "manager-2", ADA, "bob"]);
  });

  it("vote with a key that was enrolled", async () => {
    await enrolPerson(world, ADA, 40);
    world.governor.pool = (question) => aPool(question, [ADA]);
    const { id } = await aMission(world);
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await performCall(world, await aCall(world, { mission: id }));
    const cast = await vote(world, { mission: id, call: "1.1", person: ADA, signer: adaKey });
    expect(cast).toMatchObject({ outcome: "approved", kid: adaKey.publicKey.kid });
  });

  it("are known at once to who looks at the same log from another process", async () => {
    await loadApprovers(world);
    const elsewhere = onStore(
      world,
      interceptAppend(world.store, (append, ...args) => append(...args)),
    );
    await enrolApprover(elsewhere, await honest());
    expect(await people()).toContain(ADA);
    await raiseEpoch(world, { kind: "org" }, { reason: "Drill.", actor: AN_OWNER });
    expect(await loadApprovers(world)).toEqual(await loadApprovers(elsewhere));
  });

  it("are the fold of control, however it is cut", async () => {
    await enrolApprover(world, await honest());
    await revokeApprover(world, { person: ADA, kid: adaKey.publicKey.kid, reason: "Left.", actor: AN_OWNER });
    const entries: readonly Entry[] = await entriesOf(world, CONTROL_STREAM);
    for (let cut = 0; cut <= entries.length; cut += 1) {
      const head = entries.slice(0, cut).reduce<readonly Approver[]>(foldApprovers, []);
      expect(entries.slice(cut).reduce(foldApprovers, head)).toEqual(await loadApprovers(world));
    }
  });
});

describe("an enrolment that is refused", () => {
  type Signed = Parameters<typeof enrolApprover>[1];
  const made = (recipe: Partial<Parameters<typeof anEnrolment>[1]>) => () =>
    anEnrolment(world, { person: ADA, key: adaKey, by: "manager-1", ...recipe });
  const stated = (payload: object) => async (): Promise<Signed> => ({
    possession: await signJws(adaKey, "aura-enrolment+jwt", payload as never),
    confirmations: (await honest()).confirmations,
  });

  const refusals: readonly (readonly [name: string, code: string, make: () => Promise<Signed>])[] = [
    ["no JWS", "mission/enrolment_malformed", async () => ({ ...(await honest()), possession: "x" })],
    [
      "of another type",
      "mission/enrolment_malformed",
      async () => ({ ...(await honest()), possession: await aVoteJws() }),
    ],
    [
      "a confirmation that is no JWS",
      "mission/enrolment_malformed",
      async () => ({ ...(await honest()), confirmations: ["x"] }),
    ],
    ["not of its format", "mission/enrolment_malformed", stated({ format: "aura-enrolment-2" })],
    ["a member too many", "mission/enrolment_malformed", made({ spoil: { note: "x" } as never })],
    ["no person's id", "mission/enrolment_malformed", made({ person: "Ada Lovelace" })],
    [
      "a key that is none",
      "mission/enrolment_malformed",
      made({ spoil: { key: { kty: "OKP", crv: "Ed25519", x: "AA", kid: "k" } } }),
    ],
    [
      "a key with a member more",
      "mission/enrolment_malformed",
      made({ spoil: { key: { ...adaKey.publicKey, alg: "EdDSA" } as never } }),
    ],
    ["no whole time", "mission/enrolment_malformed", made({ spoil: { expiresMs: 1.5 } })],
    ["signed by another key than its own", "mission/enrolment_forged", made({ possessor: testSigner(99) })],
    ["for another namespace", "mission/enrolment_mismatch", made({ spoil: { namespace: "other" } })],
    ["whose confirmation names another person", "mission/enrolment_mismatch", made({ confirmed: { person: "eve" } })],
    [
      "whose confirmation names another key",
      "mission/enrolment_mismatch",
      made({ confirmed: { key: testSigner(98).publicKey } }),
    ],
    ["confirmed by a stranger", "mission/enrolment_unconfirmed", made({ confirmer: testSigner(99) })],
    ["confirmed by an agent", "mission/enrolment_unconfirmed", made({ confirmer: testSigner(6) })],
    ["confirmed by the new key itself", "mission/enrolment_unconfirmed", made({ confirmer: adaKey })],
    [
      "of a second key that a person confirms with the first",
      "mission/enrolment_unconfirmed",
      made({ person: "manager-1", key: testSigner(43), by: "manager-1" }),
    ],
    [
      "that is over",
      "mission/enrolment_expired",
      async () => {
        const late = await honest();
        world.clock.advance(3_600_000);
        return late;
      },
    ],
    [
      "of a key that is another person's",
      "mission/enrolment_key_taken",
      async () => made({ key: world.keys.persons["manager-2"] ?? adaKey })(),
    ],
    [
      "that was used before",
      "mission/enrolment_key_taken",
      async () => {
        const again = await honest();
        await enrolApprover(world, again);
        return again;
      },
    ],
    [
      "of a key that was revoked",
      "mission/enrolment_key_taken",
      async () => {
        const again = await honest();
        await enrolApprover(world, again);
        await revokeApprover(world, { person: ADA, kid: adaKey.publicKey.kid, reason: "Lost.", actor: AN_OWNER });
        return again;
      },
    ],
  ];

  it.each(refusals)("%s: %s, and nothing is recorded", async (_name, code, make) => {
    const signed = await make();
    const size = await world.store.size(world.context);
    await expect(enrolApprover(world, signed)).rejects.toMatchObject({ code });
    expect(await world.store.size(world.context)).toBe(size);
  });

  it("counts up to the last millisecond", async () => {
    const signed = await honest();
    world.clock.advance(3_600_000 - 1);
    expect(await enrolApprover(world, signed)).toMatchObject({ person: ADA });
  });

  it("for one key twice at once: one wins", async () => {
    const signed = await honest();
    const raced = racing(world, "approver.enrolled", () => enrolApprover(world, signed));
    await expect(enrolApprover(raced, signed)).rejects.toMatchObject({ code: "mission/enrolment_key_taken" });
    expect((await people()).filter((person) => person === ADA)).toHaveLength(1);
  });

  it("whose confirmer is revoked while it is written", async () => {
    const raced = racing(world, "approver.enrolled", () =>
      revokeApprover(world, { person: "manager-1", kid: kidOf("manager-1"), reason: "Lost.", actor: AN_OWNER }),
    );
    await expect(enrolApprover(raced, await honest())).rejects.toMatchObject({ code: "mission/enrolment_unconfirmed" });
  });

  async function aVoteJws(): Promise<string> {
    const { id } = await aMission(world);
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await performCall(world, await aCall(world, { mission: id }));
    return (await aVote(world, { mission: id, call: "1.1", person: "manager-1", signer: adaKey })).jws;
  }
});

describe("where the constitution asks for two persons", () => {
  beforeEach(async () => {
    world = await aWorld({ quorum: 2 });
  });

  const confirmed = async (person: string, by: readonly string[], signer?: Signer): Promise<SignedEnrolment> => {
    const each = by.map((one) =>
      anEnrolment(world, {
        person,
        key: adaKey,
        by: one,
        ...(signer !== undefined && one === ADA ? { confirmer: signer } : {}),
      }),
    );
    const [first, ...others] = await Promise.all(each);
    if (first === undefined) throw new Error("somebody confirms");
    return { ...first, confirmations: [first, ...others].flatMap(({ confirmations }) => confirmations) };
  };

  it("nobody enrols a key of their own making for another person alone", async () => {
    const enrolled = enrolApprover(world, await confirmed("manager-2", ["manager-1"]));
    await expect(enrolled).rejects.toMatchObject({ code: "mission/enrolment_quorum" });
    const twice = enrolApprover(world, await confirmed("manager-2", ["manager-1", "manager-1"]));
    await expect(twice).rejects.toMatchObject({ code: "mission/enrolment_quorum" });
    expect((await loadApprovers(world)).filter(({ person }) => person === "manager-2")).toHaveLength(1);
  });

  it("nobody adds a key of their own alone, so one who stole a key does not keep what it gives", async () => {
    const alone = enrolApprover(world, await confirmed("manager-2", ["manager-2"]));
    await expect(alone).rejects.toMatchObject({ code: "mission/enrolment_unconfirmed" });
  });

  it.each([
    ["two others", ADA, ["manager-2", "manager-1"]],
    ["another, and the person's own key that counts", "manager-2", ["manager-2", "manager-1"]],
  ])("%s are enough", async (_, person, by) => {
    const approver = await enrolApprover(world, await confirmed(person, by));
    expect(approver).toMatchObject({ person, confirmedBy: ["manager-1", "manager-2"] });
    const last = (await entriesOf(world, CONTROL_STREAM)).at(-1);
    expect(last).toMatchObject({ type: "approver.enrolled", actor: { id: "manager-1" } });
  });

  it("one wrong confirmation spoils the others", async () => {
    const { possession, confirmations } = await confirmed(ADA, ["manager-1", "manager-2"]);
    const signed = { possession, confirmations: [...confirmations, possession] };
    await expect(enrolApprover(world, signed)).rejects.toMatchObject({ code: "mission/enrolment_unconfirmed" });
  });

  it("as many confirmations are looked at as the limit says, and not one more", async () => {
    const { possession, confirmations } = await confirmed(ADA, ["manager-1", "manager-2"]);
    const [first = ""] = confirmations;
    const many = Array.from({ length: CONFIRMATIONS_MAX - confirmations.length }, () => first);
    const over = enrolApprover(world, { possession, confirmations: [...confirmations, ...many, first] });
    await expect(over).rejects.toMatchObject({ code: "mission/enrolment_malformed" });
    expect(await enrolApprover(world, { possession, confirmations: [...confirmations, ...many] })).toBeDefined();
  });
});

describe("a revocation", () => {
  it.each([
    ["nobody", () => kidOf("manager-1")],
    ["manager-2", () => kidOf("manager-1")],
    ["manager-1", () => "A".repeat(43)],
  ])("of a key that %s does not hold: mission/approver_not_found", async (person, kid) => {
    const order = { person, kid: kid(), reason: "?", actor: AN_OWNER };
    await expect(revokeApprover(world, order)).rejects.toMatchObject({ code: "mission/approver_not_found" });
  });

  it("twice: mission/approver_not_found", async () => {
    const order = { person: "manager-1", kid: kidOf("manager-1"), reason: "Lost.", actor: AN_OWNER };
    await revokeApprover(world, order);
    await expect(revokeApprover(world, order)).rejects.toMatchObject({ code: "mission/approver_not_found" });
    expect((await loadApprovers(world)).filter(({ revokedAtMs }) => revokedAtMs !== null)).toHaveLength(1);
  });

  it("keeps its reason out of the entry", async () => {
    await revokeApprover(world, {
      person: "manager-1",
      kid: kidOf("manager-1"),
      reason: "Laptop stolen.",
      actor: AN_OWNER,
    });
    const [entry] = (await entriesOf(world, CONTROL_STREAM)).slice(-1);
    expect(entry).toMatchObject({ type: "approver.revoked", actor: AN_OWNER });
    expect(JSON.stringify(entry)).not.toContain("Laptop");
  });

  it("of one key leaves a person's others", async () => {
    const second = testSigner(44);
    await enrolApprover(world, await anEnrolment(world, { person: "manager-2", key: second, by: "manager-1" }));
    await revokeApprover(world, { person: "manager-2", kid: kidOf("manager-2"), reason: "Old.", actor: AN_OWNER });
    const { id } = await aMission(world);
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await performCall(world, await aCall(world, { mission: id }));
    const cast = await vote(world, { mission: id, call: "1.1", person: "manager-2", signer: second });
    expect(cast).toMatchObject({ kid: second.publicKey.kid });
  });
});

it("an enrolment's two signatures are over the same bytes whoever makes them", async () => {
  const { possession, confirmations } = await honest();
  expect(possession.split(".")[1]).toBe(confirmations[0]?.split(".")[1]);
  expect(
    await signEnrolment(adaKey, JSON.parse(Buffer.from(possession.split(".")[1] ?? "", "base64url").toString())),
  ).toBe(possession);
});
