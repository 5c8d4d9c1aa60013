import type { Random } from "@aura/trust";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { delayMs } from "../src/retry.ts";
import type { Mission, RetryPolicy, Sent, Tool } from "../src/index.ts";
import {
  callStream,
  finishMission,
  loadBoundary,
  performCall,
  settleCall,
  startCompensation,
  stopMission,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aTool, aWorld, aWriteTool, onStore } from "../src/testing/index.ts";
import { WRITE, entriesOf } from "./scenes.ts";

const POLICY: RetryPolicy = {
  attempts: 3,
  initialMs: 1_000,
  factor: 2,
  maxMs: 60_000,
  jitter: 0,
  totalMs: 600_000,
  never: ["tool/refused"],
};
const BUSY = { kind: "failed", code: "tool/busy", message: "Try later." } as const;

let world: TestWorld;
let mission: Mission;

async function open(retry: Partial<RetryPolicy> = {}, tools?: readonly Tool[]): Promise<void> {
  const policy = { ...POLICY, ...retry };
  world = await aWorld({ tools: tools ?? [aTool({ retry: policy }), aWriteTool({ retry: policy })] });
  mission = await aMission(world);
}

function comesTo(...sents: readonly Sent[]): void {
  const { act } = world.broker;
  let nth = 0;
  world.broker.act = async (sending) => sents[nth++] ?? act(sending);
}

async function present(call: object = WRITE, on: TestWorld = world) {
  return performCall(on, await aCall(on, { mission: mission.id, key: "1.1", ...call }));
}

async function callEntries() {
  return entriesOf(world, callStream(mission.id, "1.1"));
}

async function typesOf(): Promise<string[]> {
  return (await callEntries()).map(({ type }) => type);
}

beforeEach(() => open());

describe("a call that failed, of a tool with a retry policy", () => {
  it("waits for its next attempt, which is a new intent decided anew, and succeeds", async () => {
    comesTo(BUSY, BUSY);
    const atMs = world.clock.nowMs();
    expect(await present()).toEqual({ kind: "waits", for: "tool", untilMs: atMs + 1_000 });
    const decisions = world.governor.asked.length;
    world.clock.advance(999);
    expect(await present()).toEqual({ kind: "waits", for: "tool", untilMs: atMs + 1_000 });
    expect([world.broker.sent.length, world.governor.asked.length]).toEqual([1, decisions]);
    world.clock.advance(1);
    expect(await present()).toEqual({ kind: "waits", for: "tool", untilMs: atMs + 3_000 });
    world.clock.advance(2_000);
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual([
      "call.sent",
      "call.retrying",
      "call.sent",
      "call.retrying",
      "call.sent",
      "call.succeeded",
    ]);
    const [first, retrying, second] = await callEntries();
    expect(retrying?.data).toMatchObject({ attempt: 1, code: "tool/busy", nextMs: atMs + 1_000 });
    expect([first?.data["attempt"], second?.data["attempt"]]).toEqual([1, 2]);
    expect(new Set(world.broker.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it("fails with its last failure after its last attempt, and the mission can finish", async () => {
    await open({ attempts: 2 });
    comesTo(BUSY, { ...BUSY, message: "Still busy." });
    await present();
    world.clock.advance(1_000);
    expect(await present()).toMatchObject({ end: { kind: "failed", code: "tool/busy", message: "Still busy." } });
    await finishMission(world, mission.id, { kind: "SUCCEEDED" });
  });

  it.each<[string, Partial<RetryPolicy>, Sent]>([
    ["a code that is never retried", {}, { kind: "failed", code: "tool/refused", message: "No." }],
    ["one attempt", { attempts: 1 }, BUSY],
    ["a total time that the next attempt would pass", { totalMs: 999 }, BUSY],
    ["a deadline that the next attempt would meet", { initialMs: 600_000, maxMs: 600_000 }, BUSY],
  ])("is not tried again for %s", async (_why, retry, sent) => {
    await open(retry);
    comesTo(sent);
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "failed" } });
    expect(await typesOf()).toEqual(["call.sent", "call.failed"]);
  });

  it("is tried again at the very end of its total time", async () => {
    await open({ totalMs: 1_000 });
    comesTo(BUSY);
    expect(await present()).toMatchObject({ kind: "waits" });
  });

  it("is tried again when its bytes never left", async () => {
    comesTo({ kind: "not_sent", code: "gateway/busy", message: "Nothing left." });
    expect(await present()).toMatchObject({ kind: "waits", for: "tool" });
  });

  it("is never tried again for an unknown outcome of a write, and is for one of a read", async () => {
    const silence = { kind: "unknown", reason: "Silence." } as const;
    comesTo(silence);
    await present();
    expect(await typesOf()).toEqual(["call.sent", "call.unknown"]);

    await open();
    comesTo(silence, silence, silence);
    expect(await present({})).toMatchObject({ kind: "waits", for: "tool" });
    world.clock.advance(1_000);
    await present({});
    world.clock.advance(2_000);
    expect(await present({})).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
    expect(world.broker.sent).toHaveLength(3);
  });

  it("keeps its attempts and its next time over a restart", async () => {
    comesTo(BUSY);
    const atMs = world.clock.nowMs();
    await present();
    const restarted = onStore(world, world.store);
    expect(await present(WRITE, restarted)).toEqual({ kind: "waits", for: "tool", untilMs: atMs + 1_000 });
    world.clock.advance(1_000);
    expect(await present(WRITE, restarted)).toMatchObject({ end: { kind: "succeeded" } });
  });

  it("goes by the policy that the boundary froze", async () => {
    expect((await loadBoundary(world, mission.id))?.tools.map(({ retry }) => retry)).toEqual([POLICY, POLICY]);
  });

  it.each([
    ["the rules deny it now", "mission/denied"],
    ["its mission is stopped", "mission/stopped"],
    ["its mission compensates", "mission/compensating"],
  ] as const)("has failed if %s: nothing happened", async (why, code) => {
    comesTo(BUSY);
    await present();
    const actor = { id: "operator-1", custody: "person" } as const;
    if (code === "mission/denied") world.governor.answerCalls({ kind: "DENY", rules: ["no-more"] });
    if (code === "mission/stopped") {
      await stopMission(world, { mission: mission.id, compensation: "run", reason: why, actor });
    }
    if (code === "mission/compensating") await startCompensation(world, mission.id, { kind: "FAILED" });
    world.clock.advance(1_000);
    expect(await present()).toMatchObject({ end: { kind: "failed", code } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is settled with its failure once nobody may present it any more, and not before", async () => {
    comesTo(BUSY);
    await present();
    const order = { mission: mission.id, key: "1.1" };
    expect(await settleCall(world, order)).toMatchObject({ kind: "waits", for: "tool" });
    await startCompensation(world, mission.id, { kind: "FAILED" });
    expect(await settleCall(world, order)).toMatchObject({ end: { kind: "failed", code: "tool/busy" } });
  });
});

describe("the delay before an attempt", () => {
  const dice = (value: number): Random => ({ bytes: (length) => new Uint8Array(length).fill(value) });

  it("grows by its factor up to its ceiling", () => {
    const delays = [1, 2, 3, 8].map((attempt) => delayMs({ ...POLICY, maxMs: 5_000 }, attempt, dice(0)));
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000]);
  });

  it("is taken from by dice, never below its share and never above its ceiling", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (value, jitter, attempt) => {
          const plain = delayMs({ ...POLICY, jitter: 0 }, attempt, dice(0));
          const jittered = delayMs({ ...POLICY, jitter }, attempt, dice(value));
          expect(jittered).toBeLessThanOrEqual(plain);
          expect(jittered).toBeGreaterThanOrEqual(Math.floor(plain * (1 - jitter)));
          expect(Number.isInteger(jittered)).toBe(true);
        },
      ),
    );
  });
});
