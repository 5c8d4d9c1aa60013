import { describe, expect, it, vi } from "vitest";
import type { Entry, FoundingStatement, JsonObject, Receipt, Signer } from "../src/index.ts";
import { hashText, signerFromSeed, signJws } from "../src/index.ts";
import { explainRefusal } from "../src/explain-refusal.ts";
import { nodeCrypto } from "../src/node-crypto.ts";
import { judgeVotes } from "../src/receipt-votes.ts";

const [ADA, EVE, BOB] = [1, 2, 3].map((seed) => signerFromSeed(new Uint8Array(32).fill(seed))) as [
  Signer,
  Signer,
  Signer,
];
const SHOWN = hashText("Pay 5.");
const VOTE = {
  format: "aura-vote-1",
  namespace: "acme",
  mission: "m1",
  call: null,
  tool: null,
  arguments: null,
  boundary: SHOWN,
  level: "L2",
  shown: SHOWN,
  release: SHOWN,
  choice: "APPROVE",
  expiresMs: 9,
};
const FOUNDING = {
  approvers: [
    { id: "ada", key: ADA.publicKey },
    { id: "bob", key: BOB.publicKey },
  ],
  constitution: { quorum: 1 },
} as unknown as FoundingStatement;

/** What a receipt holds of a mission that one vote approved: asked, voted, approved; and of a key enrolled before. */
async function judged(
  signer = ADA,
  approved: JsonObject = {},
  voted: JsonObject = {},
  enrolled?: Enrolled,
  approvals = 1,
) {
  const jws = await signJws(signer, "aura-vote+jwt", VOTE);
  const entry = (version: number, type: string, data: JsonObject, payloads: JsonObject = {}) => ({
    seq: version,
    proof: [],
    entry: {
      stream: "mission/m1",
      version,
      type,
      data,
      payloads,
      actor: { id: "ada", custody: "person" },
    } as unknown as Entry,
  });
  const receipt = {
    namespace: "acme",
    mission: "m1",
    entries: [
      entry(1, "mission.approval_requested", {
        boundary: SHOWN,
        level: "L2",
        shown: SHOWN,
        untilMs: 9,
        decision: { release: SHOWN },
      }),
      entry(2, "mission.voted", { choice: "APPROVE", kid: signer.publicKey.kid, ...voted }, { vote: "v" }),
      ...Array.from({ length: approvals }, (_, nth) =>
        entry(3 + nth, "mission.approved", { by: { kind: "votes", votes: [2], quorum: 1, ...approved } }),
      ),
    ],
    opened: {
      v: { nonce: "", text: JSON.stringify(jws) },
      p: { nonce: "", text: JSON.stringify(enrolled?.proofs ?? null) },
    },
  };
  const approvers = enrolled === undefined ? [] : [{ seq: 0.5, entry: enrolled.entry }];
  const finding = judgeVotes(receipt as unknown as Receipt, FOUNDING, approvers);
  return typeof finding === "number" ? finding : explainRefusal(finding);
}

interface Enrolled {
  readonly entry: Entry;
  readonly proofs: JsonObject;
}

/** Eve's key as one more of Ada's, as `confirmer` confirmed it. */
async function secondKey(confirmer: Signer): Promise<Enrolled> {
  const key = EVE.publicKey as unknown as JsonObject;
  const statement = { format: "aura-enrolment-1", namespace: "acme", person: "ada", key, expiresMs: 9 };
  const [possession, confirmation] = await Promise.all(
    [EVE, confirmer].map((signer) => signJws(signer, "aura-enrolment+jwt", statement)),
  );
  return {
    proofs: { possession: possession!, confirmations: [confirmation!] },
    entry: { type: "approver.enrolled", data: { person: "ada", key }, payloads: { proofs: "p" } } as unknown as Entry,
  };
}

describe("a vote by a key that was enrolled later", () => {
  it("counts when somebody else confirmed the key, and not when its own person alone did", async () => {
    expect(await judged(EVE, {}, {}, await secondKey(BOB))).toBe(1);
    expect(await judged(EVE, {}, {}, await secondKey(ADA))).toMatchObject({ ok: false, reason: "vote_forged" });
  });
});

describe("a vote that was used", () => {
  it("counts when its person signed what was asked", async () => {
    expect(await judged()).toBe(1);
  });

  it.each<[string, Promise<unknown>, string]>([
    ["by a key that is not that person's", judged(EVE), "vote_forged"],
    ["under another key's name", judged(ADA, {}, { kid: "x" }), "vote_forged"],
    ["that is counted twice", judged(ADA, { votes: [2, 2] }), "vote_forged"],
    ["that is not there", judged(ADA, { votes: [4] }), "vote_missing"],
    ["that rejected", judged(ADA, {}, { choice: "REJECT" }), "vote_missing"],
    ["that was not enough", judged(ADA, { quorum: 2 }), "vote_missing"],
    ["by nobody", judged(ADA, { votes: [] }), "vote_missing"],
  ])("is refused %s", async (_, verdict, reason) => {
    expect(await verdict).toMatchObject({ ok: false, reason, what: expect.any(String) as string });
  });
});

describe("the work that a receipt can ask for", () => {
  /** How often a signature was verified while this was made and judged: the signer looks once at what it signed. */
  const countedWhile = async (verdict: () => Promise<unknown>) => {
    const verify = vi.spyOn(nodeCrypto()!, "verify");
    try {
      return { verdict: await verdict(), verifications: verify.mock.calls.length };
    } finally {
      verify.mockRestore();
    }
  };

  it("is no signature where a vote is repeated, however often", async () => {
    const repeated = await countedWhile(() => judged(ADA, { votes: Array.from({ length: 10_000 }, () => 2) }));
    expect(repeated).toMatchObject({ verdict: { reason: "vote_forged" }, verifications: 1 });
  });

  it("is one signature for one vote, however often it was used", async () => {
    const used = await countedWhile(() => judged(ADA, {}, {}, undefined, 1_000));
    expect(used).toEqual({ verdict: 1_000, verifications: 2 });
  });
});
