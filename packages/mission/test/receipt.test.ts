import type { Payload } from "@aura/store";
import type { Entry, Receipt } from "@aura/trust";
import {
  canonicalJson,
  commit,
  formatVerifierKey,
  hashText,
  newNonce,
  openFounding,
  parseVerifierKey,
  verifyJws,
  verifyReceipt,
} from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { textIn } from "../src/entry-data.ts";
import { VOTE_TYP, buildReceipt, callStream, enrolApprover, performCall, revokeApprover } from "../src/index.ts";
import type { TestWorld, VoteRecipe } from "../src/testing/index.ts";
import {
  AN_OWNER,
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aPool,
  aVote,
  aWorld,
  anAbandonedMission,
  anEnrolment,
  enrolPerson,
  interceptAppend,
  onStore,
  testSigner,
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

  describe("whose mission and call were approved by people", () => {
    const ADA = testSigner(40);
    const BOB = testSigner(41);

    /** The same world, where whoever owns the log changes entries of one type, and their payloads, before they are appended. */
    function owned(
      on: TestWorld,
      type: string,
      change: (entry: Entry) => { readonly entry: Partial<Entry>; readonly payloads?: readonly Payload[] },
    ): TestWorld {
      return onStore(
        on,
        interceptAppend(on.store, (append, context, units) =>
          append(
            context,
            units.map((unit) => {
              const payloads: Payload[] = [...unit.payloads];
              const writes = unit.writes.map((write) => ({
                ...write,
                entries: write.entries.map((entry) => {
                  if (entry.type !== type) return entry;
                  const changed = change(entry);
                  payloads.push(...(changed.payloads ?? []));
                  return { ...entry, ...changed.entry };
                }),
              }));
              const named = new Set(
                writes.flatMap(({ entries }) => entries.flatMap((entry) => Object.values(entry.payloads))),
              );
              return { ...unit, writes, payloads: payloads.filter(({ commitment }) => named.has(commitment)) };
            }),
          ),
        ),
      );
    }

    function payloadOf(value: string | object): Payload {
      const nonce = newNonce(world.random);
      const text = canonicalJson(value as never);
      return { nonce, text, commitment: commit(nonce, text) };
    }

    const withData = (change: (data: Entry["data"]) => object) => (entry: Entry) => ({
      entry: { data: { ...entry.data, ...change(entry.data) } },
    });

    /** Bob is confirmed by Ada, and she by a first approver: Bob approves the mission, and then a call of it. */
    async function approved(on: TestWorld = world): Promise<Receipt> {
      world.governor.pool = (question) => aPool(question, ["bob"]);
      await enrolPerson(on, "ada", 40);
      const enrolment = await anEnrolment(world, { person: "bob", key: BOB, by: "ada", confirmer: ADA });
      await enrolApprover(on, enrolment);
      const definition = aDefinition({ authority: "L2" });
      const waiting = await aMission(on, { state: "WAITING_APPROVAL", definition });
      await vote(on, { mission: waiting.id, call: null, person: "bob", signer: BOB });
      const running = await walkMission(on, waiting, "IN_PROGRESS");
      world.governor.answerCalls({ kind: "ESCALATE", level: "L3", rules: ["ask"] });
      await performCall(on, await aCall(on, { mission: running.id }));
      await vote(on, { mission: running.id, call: "1.1", person: "bob", signer: BOB });
      await performCall(on, await aCall(on, { mission: running.id }));
      await walkMission(on, running, "CLOSED");
      return buildReceipt(on, running.id);
    }

    it("verifies from the receipt alone, also where the approver was enrolled long after the founding", async () => {
      await enrolPerson(world, "eve", 42);
      const receipt = await approved();
      expect(receipt.approvers?.map(({ entry }) => entry.data["person"])).toEqual(["ada", "bob"]);
      expect(verifyReceipt(receipt, anchors())).toMatchObject({ ok: true, votes: 2, payloads: { closed: 0 } });
    });

    it("names nobody where the founding's approvers voted", async () => {
      world.governor.pool = (question) => aPool(question, ["manager-1"]);
      const definition = aDefinition({ authority: "L2" });
      const waiting = await aMission(world, { state: "WAITING_APPROVAL", definition });
      await vote(world, { mission: waiting.id, call: null, person: "manager-1" });
      const { id } = await walkMission(world, waiting, "CLOSED");
      const receipt = await buildReceipt(world, id);
      expect(receipt).not.toHaveProperty("approvers");
      expect(verifyReceipt(receipt, anchors())).toMatchObject({ ok: true, votes: 1 });
    });

    const jwsPayload = (jws: string) => {
      const payload = payloadOf(jws);
      return (entry: Entry) => ({
        entry: { payloads: { ...entry.payloads, vote: payload.commitment } },
        payloads: [payload],
      });
    };

    /** Bob approves, and the log's owner keeps another signed vote in the place of his. */
    async function replacedVote(recipe: Omit<VoteRecipe, "mission" | "call" | "person">): Promise<Receipt> {
      world.governor.pool = (question) => aPool(question, ["bob"]);
      await enrolPerson(world, "ada", 40);
      await enrolApprover(world, await anEnrolment(world, { person: "bob", key: BOB, by: "ada", confirmer: ADA }));
      const definition = aDefinition({ authority: "L2" });
      const waiting = await aMission(world, { state: "WAITING_APPROVAL", definition });
      const whose = { mission: waiting.id, call: null, person: "bob" };
      const { jws } = await aVote(world, { ...whose, ...recipe });
      await vote(owned(world, "mission.voted", jwsPayload(jws)), { ...whose, signer: BOB });
      return buildReceipt(world, (await walkMission(world, waiting, "CLOSED")).id);
    }

    const forgeries: readonly (readonly [string, string, () => Promise<Receipt>])[] = [
      ["a vote that another key signed", "vote_forged", () => replacedVote({ signer: testSigner(66) })],
      ["a vote over another request", "vote_forged", () => replacedVote({ signer: BOB, spoil: { expiresMs: 1 } })],
      ["a rejection counted as an approval", "vote_forged", () => replacedVote({ signer: BOB, choice: "REJECT" })],
      [
        "an approval that names a vote which is not there",
        "vote_missing",
        () =>
          approved(
            owned(
              world,
              "mission.approved",
              withData(({ by }) => ({ by: { ...(by as object), votes: [2] } })),
            ),
          ),
      ],
      [
        "an approval by fewer than had to agree",
        "vote_missing",
        () =>
          approved(
            owned(
              world,
              "mission.approved",
              withData(({ by }) => ({ by: { ...(by as object), quorum: 2 } })),
            ),
          ),
      ],
      [
        "an approval by nobody",
        "vote_missing",
        () =>
          approved(
            owned(
              world,
              "mission.approved",
              withData(({ by }) => ({ by: { ...(by as object), votes: [] } })),
            ),
          ),
      ],
      [
        "an intent that counts one vote twice",
        "vote_forged",
        () =>
          approved(
            owned(
              world,
              "call.sent",
              withData(({ votes }) => ({ votes: [votes, votes].flat() })),
            ),
          ),
      ],
      [
        "an intent to another tool than the one that was approved",
        "vote_forged",
        () =>
          approved(
            owned(
              world,
              "call.sent",
              withData(() => ({ tool: "write_note" })),
            ),
          ),
      ],
      [
        "an intent with other arguments than those that were approved",
        "vote_forged",
        () =>
          approved(
            owned(world, "call.sent", (entry) => {
              const other = payloadOf({ path: "thief" });
              return { entry: { payloads: { ...entry.payloads, arguments: other.commitment } }, payloads: [other] };
            }),
          ),
      ],
      [
        "another text than the one that was signed",
        "vote_forged",
        () =>
          approved(
            owned(world, "call.parked", (entry) => {
              const shown = payloadOf("Pay nobody.");
              return { entry: { payloads: { ...entry.payloads, shown: shown.commitment } }, payloads: [shown] };
            }),
          ),
      ],
      [
        "an enrolment that nobody confirmed",
        "vote_forged",
        () =>
          approved(
            owned(world, "approver.enrolled", (entry) => {
              if (entry.data["person"] !== "bob") return { entry: {} };
              const proofs = payloadOf({ possession: "a.b.c", confirmations: [] });
              return { entry: { payloads: { proofs: proofs.commitment } }, payloads: [proofs] };
            }),
          ),
      ],
      [
        "a vote whose signature is not shown",
        "vote_missing",
        async () => {
          const receipt = await approved();
          const voted = receipt.entries.find(({ entry }) => entry.type === "mission.voted");
          const { [voted?.entry.payloads["vote"] ?? ("" as never)]: _left, ...opened } = receipt.opened;
          return { ...receipt, opened };
        },
      ],
      [
        "no enrolments, of approvers whom the founding does not name",
        "vote_forged",
        async () => {
          const { approvers: shown = [], ...receipt } = await approved();
          const named = new Set(shown.flatMap(({ entry }) => Object.values(entry.payloads)));
          const opened = Object.entries(receipt.opened).filter(([name]) => !named.has(name as never));
          return { ...receipt, opened: Object.fromEntries(opened) };
        },
      ],
      [
        "an enrolment without that of who confirmed it",
        "vote_forged",
        async () => {
          const receipt = await approved();
          const [first, ...others] = receipt.approvers ?? [];
          const opened = Object.entries(receipt.opened).filter(([name]) => name !== first?.entry.payloads["proofs"]);
          return { ...receipt, approvers: others, opened: Object.fromEntries(opened) };
        },
      ],
      [
        "enrolments in another order",
        "entries_reordered",
        async () => {
          const receipt = await approved();
          return { ...receipt, approvers: (receipt.approvers ?? []).toReversed() };
        },
      ],
    ];

    it.each(forgeries)("is refused with %s: %s", async (_name, reason, make) => {
      expect(verifyReceipt(await make(), anchors())).toMatchObject({ ok: false, reason });
    });

    it("keeps what a person signed whose key was revoked later", async () => {
      const receipt = await approved();
      await revokeApprover(world, { person: "bob", kid: BOB.publicKey.kid, reason: "Left.", actor: AN_OWNER });
      const later = await buildReceipt(world, receipt.mission);
      expect(verifyReceipt(later, anchors())).toMatchObject({ ok: true, votes: 2 });
    });
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
