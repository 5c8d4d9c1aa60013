import type { Entry } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApprovalPool, Approver, Call, CastVote } from "../src/index.ts";
import { countVotes, foldCall } from "../src/index.ts";
import { testSigner } from "../src/testing/index.ts";
import { A_COMMITMENT, A_HASH } from "./mission-events.ts";

const PERSONS = ["a", "b", "c", "d", "e"] as const;
const KEYS = new Map(PERSONS.map((person, nth) => [person, testSigner(60 + nth).publicKey]));

const persons = fc.constantFrom(...PERSONS);
const votes: fc.Arbitrary<CastVote[]> = fc
  .array(
    fc.record({
      person: persons,
      choice: fc.constantFrom("APPROVE" as const, "APPROVE" as const, "APPROVE" as const, "REJECT" as const),
      kid: persons.map((person) => KEYS.get(person)?.kid ?? ""),
      honest: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((drawn) =>
    drawn.map(({ person, choice, kid, honest }, nth) => ({
      version: nth + 2,
      person,
      choice,
      kid: honest ? (KEYS.get(person)?.kid ?? "") : kid,
      level: "L2",
      position: "p",
      delegation: null,
      atMs: nth,
    })),
  );
const pools: fc.Arbitrary<ApprovalPool> = fc
  .record({ seated: fc.subarray([...PERSONS], { minLength: 1 }), quorum: fc.integer({ min: 1, max: 4 }) })
  .map(({ seated, quorum }) => ({
    kind: "pool",
    level: "L2",
    quorum,
    seats: seated.map((person) => ({ person, position: "p", level: "L2", delegation: null })),
    passed: [],
  }));
const approverLists: fc.Arbitrary<Approver[]> = fc.subarray([...PERSONS]).chain((revoked) =>
  fc.constant(
    PERSONS.map((person) => ({
      person,
      key: KEYS.get(person) ?? testSigner(1).publicKey,
      enrolledAtMs: 0,
      confirmedBy: [],
      revokedAtMs: revoked.includes(person) ? 1 : null,
    })),
  ),
);

describe("counting votes", () => {
  it("counts exactly who approved, is seated and holds a key that counts, each once", () => {
    fc.assert(
      fc.property(votes, pools, approverLists, (cast, pool, approvers) => {
        if (pool.kind !== "pool") return;
        const count = countVotes(cast, pool, approvers);
        const right = PERSONS.filter(
          (person) =>
            pool.seats.some((seat) => seat.person === person) &&
            cast.some(
              (vote) =>
                vote.person === person &&
                vote.choice === "APPROVE" &&
                vote.kid === KEYS.get(person)?.kid &&
                approvers.some((one) => one.person === person && one.revokedAtMs === null),
            ),
        );
        const rejected = cast.some(({ choice }) => choice === "REJECT");
        expect(count.versions).toHaveLength(right.length);
        expect(count.reached).toBe(!rejected && right.length >= pool.quorum);
        expect(count.versions).toEqual(count.versions.toSorted((left, right_) => left - right_));
      }),
    );
  });

  it("never turns pending into approved by taking an approval, a seat or a key away", () => {
    fc.assert(
      fc.property(votes, pools, approverLists, fc.nat(8), (cast, pool, approvers, nth) => {
        if (pool.kind !== "pool" || countVotes(cast, pool, approvers).reached) return;
        const fewerVotes = cast.filter((vote, at) => at !== nth || vote.choice === "REJECT");
        const fewerSeats = { ...pool, seats: pool.seats.filter((_, at) => at !== nth) };
        const fewerKeys = approvers.filter((_, at) => at !== nth);
        expect(countVotes(fewerVotes, pool, approvers).reached).toBe(false);
        expect(countVotes(cast, fewerSeats, approvers).reached).toBe(false);
        expect(countVotes(cast, pool, fewerKeys).reached).toBe(false);
      }),
    );
  });

  it("does not depend on the order in which equal votes landed", () => {
    fc.assert(
      fc.property(votes, pools, approverLists, (cast, pool, approvers) => {
        const other = countVotes(cast.toReversed(), pool, approvers);
        expect(other.reached).toBe(countVotes(cast, pool, approvers).reached);
      }),
    );
  });

  it("reaches nothing where nobody can be asked", () => {
    fc.assert(
      fc.property(votes, approverLists, (cast, approvers) => {
        const pool = { kind: "unreachable", reason: "NO_OWNER", passed: [] } as const;
        expect(countVotes(cast, pool, approvers)).toEqual({ versions: [], reached: false });
      }),
    );
  });
});

describe("the fold of a parked call", () => {
  const entry = (version: number, type: string, data = {}): Entry => ({
    format: "aura-entry-1",
    namespace: "acme",
    stream: "mission/m/call/1.1",
    version,
    fence: 0,
    unit: "u",
    type,
    timeMs: version,
    actor: { id: `p-${version}`, custody: "person" },
    data: {
      tool: "t",
      level: "L2",
      shown: A_HASH,
      untilMs: 99,
      decision: { kind: "ESCALATE", level: "L2", rules: [], unknown: [], release: A_HASH, request: A_COMMITMENT },
      choice: "APPROVE",
      position: "p",
      delegation: null,
      kid: "k",
      ...data,
    },
    payloads: { arguments: A_COMMITMENT, shown: A_COMMITMENT, vote: A_COMMITMENT },
    previous: A_HASH,
  });

  it("keeps the votes over what is asked now, and drops them when something else is asked", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("call.voted", "call.raised"), { maxLength: 12 }), (types) => {
        const entries = [entry(1, "call.parked"), ...types.map((type, nth) => entry(nth + 2, type))];
        const call = entries.reduce<Call | undefined>(foldCall, undefined);
        const since = types.lastIndexOf("call.raised") + 1;
        expect(call?.asked?.votes.map(({ version }) => version)).toEqual(
          types.slice(since).map((_, nth) => since + nth + 2),
        );
        expect(call?.asked?.askedAtMs).toBe(1);
      }),
    );
  });

  it.each([{ level: "L9" }, { shown: 7 }, { level: null }])("refuses to read %j", (data) => {
    expect(() => foldCall(undefined, entry(1, "call.parked", data))).toThrow(/cannot be read/);
  });

  it.each([{ choice: "MAYBE" }, { kid: 1 }, { position: null }])("refuses to read a vote of %j", (data) => {
    const parked = foldCall(undefined, entry(1, "call.parked"));
    expect(() => foldCall(parked, entry(2, "call.voted", data))).toThrow(/cannot be read/);
  });
});
