import { expect, it } from "vitest";
import { EMPTY_HEAD, headAfter } from "../index.ts";
import type { Head, LogStore, Unit } from "../index.ts";
import { aChange, aNamespace, aUnit, anEntryDraft, appendTo } from "./builders.ts";
import { collect, contractWorld, kinds } from "./contract-world.ts";
import type { OpenLogStore } from "./contract-world.ts";

const acme = aNamespace();
const WRITERS = 64;

/** Many writers at once: no fork, no gap, no ceiling broken. */
export function racingContract(open: OpenLogStore): void {
  const world = contractWorld(open);

  it(`lets ${WRITERS} writers of one stream win exactly once each, one for each version`, async () => {
    const { store } = await world();
    const attempts = await Promise.all(writers().map(async (writer) => appendUntilWon(store, "mission/m1", writer)));
    const entries = await collect(store.read(acme, "mission/m1", 0));
    expect(entries.map(({ version }) => version)).toEqual(writers().map((_, index) => index + 1));
    expect(new Set(entries.map(({ data }) => data["writer"])).size).toBe(WRITERS);
    expect(headAfter(EMPTY_HEAD, entries)).toEqual(await store.head(acme, "mission/m1"));
    expect(attempts.some((count) => count > 1)).toBe(true);
  });

  it(`appends for ${WRITERS} writers of as many streams at once, without a gap in the log`, async () => {
    const { store } = await world();
    const answers = await Promise.all(
      writers().map(async (writer) => store.append(acme, [aUnit({ writes: [{ stream: `mission/m${writer}` }] })])),
    );
    const positions = answers.flatMap(([answer]) => (answer?.kind === "appended" ? answer.positions : []));
    expect(positions.toSorted((one, other) => one - other)).toEqual(writers());
    expect((await collect(store.readLog(acme, 0))).map(({ seq }) => seq)).toEqual(writers());
  });

  it("links every entry to the one before it in its stream, however the streams interleave", async () => {
    const { store } = await world();
    await Promise.all(writers().map(async (writer) => appendUntilWon(store, `mission/m${writer % 5}`, writer)));
    const heads = new Map<string, Head>();
    for await (const { entry, leaf } of store.readLog(acme, 0)) {
      expect(entry.previous).toBe(heads.get(entry.stream)?.hash ?? null);
      heads.set(entry.stream, { version: entry.version, fence: entry.fence, hash: leaf, timeMs: entry.timeMs });
    }
    expect(await store.streams(acme, "mission/")).toEqual(
      [...heads].map(([stream, head]) => ({ stream, head })).toSorted(byStream),
    );
  });

  it("appends pipelined units of one stream that are asked for at once", async () => {
    const { store } = await world();
    const pipelined: Unit[] = [];
    let head = EMPTY_HEAD;
    for (let count = 0; count < 100; count += 1) {
      const unit = aUnit({ writes: [{ stream: "mission/m1/run/1", head }] });
      head = headAfter(
        head,
        unit.writes.flatMap(({ entries }) => entries),
      );
      pipelined.push(unit);
    }
    const answers = await Promise.all(pipelined.map(async (unit) => store.append(acme, [unit])));
    expect(kinds(answers.flat())).toEqual(pipelined.map(() => "appended"));
    expect(await store.head(acme, "mission/m1/run/1")).toEqual(head);
  });

  it("makes every pipelined unit stale when the first one lost its race", async () => {
    const { store } = await world();
    const first = aUnit({ writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ data: { text: "late" } })] }] });
    const second = aUnit({
      writes: [{ stream: "mission/m1", head: headAfter(EMPTY_HEAD, first.writes[0]?.entries ?? []) }],
    });
    const [winner, ...late] = await Promise.all(
      [aUnit(), first, second].map(async (unit) => store.append(acme, [unit])),
    );
    expect(kinds(winner ?? [])).toEqual(["appended"]);
    expect(kinds(late.flat())).toEqual(["stale", "stale"]);
    expect(await store.size(acme)).toBe(1);
  });

  it(`admits one of ${WRITERS} parallel adds when the ceiling has room for one`, async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "control", drafts: [aChange({ add: [{ counter: "budget", delta: 9 }] })] });
    const spend = aChange({ add: [{ counter: "budget", delta: 1, ceiling: 10, code: "mission/budget_spent" }] });
    const answers = await Promise.all(
      writers().map(async (writer) =>
        store.append(acme, [aUnit({ writes: [{ stream: `mission/m${writer}`, drafts: [spend] }] })]),
      ),
    );
    expect(kinds(answers.flat()).filter((kind) => kind === "appended")).toHaveLength(1);
    expect(answers.flat().filter(({ kind }) => kind === "refused")).toEqual(
      Array.from({ length: WRITERS - 1 }, () => ({ kind: "refused", code: "mission/budget_spent", counter: "budget" })),
    );
    expect(await store.counter(acme, "budget")).toBe(10);
  });
}

/** Tries again on the head of each answer. Answers how often it had to try. */
async function appendUntilWon(store: LogStore, stream: string, writer: number): Promise<number> {
  let head = await store.head(acme, stream);
  for (let attempts = 1; ; attempts += 1) {
    const drafts = [anEntryDraft({ data: { writer } })];
    const [answer] = await store.append(acme, [aUnit({ writes: [{ stream, head, drafts }] })]);
    if (answer?.kind === "appended") return attempts;
    expect(answer?.kind).toBe("stale");
    if (answer?.kind === "stale") ({ head } = answer);
  }
}

function writers(): number[] {
  return Array.from({ length: WRITERS }, (_, index) => index);
}

function byStream(one: { readonly stream: string }, other: { readonly stream: string }): number {
  return one.stream < other.stream ? -1 : 1;
}
