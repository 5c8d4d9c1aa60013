import { encodeEntry, leafHash } from "@aura/trust";
import { EMPTY_HEAD, chainEntries, headAfter } from "@aura/store";
import { AN_ACTOR, TEST_TIME_MS, aPayload, aUnitId, anEntryDraft } from "@aura/store/testing";
import { describe, expect, it } from "vitest";

const chain = { namespace: "acme", stream: "mission/m1", unit: aUnitId(), timeMs: TEST_TIME_MS };

describe("chainEntries", () => {
  it("numbers from the head, links each entry to the one before it, and carries what the draft says", () => {
    const { commitment } = aPayload();
    const drafts = [
      anEntryDraft(),
      anEntryDraft({ type: "mission.created", data: { n: 1 }, payloads: { definition: commitment } }),
    ];
    const [first, second] = chainEntries({ ...chain, head: EMPTY_HEAD, drafts });
    expect(first).toMatchObject({ version: 1, fence: 0, previous: null, payloads: {} });
    expect(second).toEqual({
      format: "aura-entry-1",
      namespace: "acme",
      stream: "mission/m1",
      version: 2,
      fence: 0,
      unit: chain.unit,
      type: "mission.created",
      timeMs: TEST_TIME_MS,
      actor: AN_ACTOR,
      data: { n: 1 },
      payloads: { definition: commitment },
      previous: first && leafHash(encodeEntry(first)),
    });
  });

  it("goes on where the head says", () => {
    const [first] = chainEntries({ ...chain, head: EMPTY_HEAD, drafts: [anEntryDraft()] });
    const head = headAfter(EMPTY_HEAD, first ? [first] : []);
    const [second] = chainEntries({ ...chain, head, drafts: [anEntryDraft()] });
    expect(second).toMatchObject({ version: 2, previous: head.hash });
  });

  it("gives the same entries in one piece and in two", () => {
    const drafts = [anEntryDraft(), anEntryDraft({ takeOver: true }), anEntryDraft({ data: { n: 3 } })];
    const whole = chainEntries({ ...chain, head: EMPTY_HEAD, drafts });
    const start = chainEntries({ ...chain, head: EMPTY_HEAD, drafts: drafts.slice(0, 2) });
    const rest = chainEntries({ ...chain, head: headAfter(EMPTY_HEAD, start), drafts: drafts.slice(2) });
    expect([...start, ...rest]).toEqual(whole);
  });

  it("raises the fence by one at a take-over and keeps it from there", () => {
    const drafts = [anEntryDraft(), anEntryDraft({ takeOver: true }), anEntryDraft()];
    const entries = chainEntries({ ...chain, head: { ...EMPTY_HEAD, fence: 4 }, drafts });
    expect(entries.map(({ fence }) => fence)).toEqual([4, 5, 5]);
  });

  it("never goes back in time: an entry repeats a later time that stands before it", () => {
    const head = { ...EMPTY_HEAD, timeMs: TEST_TIME_MS + 5_000 };
    const [entry] = chainEntries({ ...chain, head, drafts: [anEntryDraft()] });
    expect(entry?.timeMs).toBe(TEST_TIME_MS + 5_000);
  });

  it("makes nothing of no drafts, and the head stays where it is", () => {
    expect(chainEntries({ ...chain, head: EMPTY_HEAD, drafts: [] })).toEqual([]);
    expect(headAfter(EMPTY_HEAD, [])).toBe(EMPTY_HEAD);
  });
});
