import type { LogStore } from "@aura/store";
import type { JsonObject, JsonValue } from "@aura/trust";
import { canonicalJson, commit } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { Mission, Sent, Tool } from "../src/index.ts";
import {
  COMPENSATION_GRACE_MS,
  UNDO_TRIES_MAX,
  callStream,
  castVote,
  compensateMission,
  endMission,
  findCall,
  finishMission,
  listApprovals,
  loadMission,
  missionStream,
  performCall,
  resolveCall,
  startCompensation,
  stopMission,
  undoKey,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_AGENT,
  aCall,
  aDefinition,
  aMission,
  aRemoveTool,
  aTool,
  aVote,
  aWorld,
  aWriteTool,
  interceptAppend,
  onStore,
  presentUndo,
  vote,
} from "../src/testing/index.ts";
import { entriesOf, racing } from "./scenes.ts";

const NONCE = "A".repeat(43);
const FAILED = { kind: "FAILED", code: "engine/function_failed", cause: "It gave up." } as const;

/** `write_note` undone by what it answered. */
function aWriteWithReceipt(override: Partial<Tool> = {}): Tool {
  return aWriteTool({
    compensation: { tool: "remove_note", arguments: { path: { fromResult: "/receipt" } } },
    ...override,
  });
}

let world: TestWorld;
let mission: Mission;
/** What reached the tools, in order. */
let ledger: string[];

async function open(tools: readonly Tool[] = [aTool(), aWriteTool()], named = ["read_note", "write_note"]) {
  world = await aWorld({ tools });
  ledger = [];
  world.broker.act = async (sending) => {
    ledger.push(`${sending.tool.name} ${sending.arguments["path"] as string}`);
    world.broker.effect(sending);
    return { kind: "succeeded", result: { receipt: `r-${sending.arguments["path"] as string}` } };
  };
  mission = await aMission(world, { definition: aDefinition({ tools: named }) });
}

async function call(key: string, path: string, tool = "write_note"): Promise<void> {
  const args: JsonObject = tool === "write_note" ? { path, content: "x" } : { path };
  await performCall(world, await aCall(world, { mission: mission.id, key, tool, arguments: args }));
}

function end(ending: Parameters<typeof endMission>[2] = FAILED) {
  return endMission(world, mission.id, ending, presentUndo(world, mission.id));
}

async function typesOf(key: string): Promise<string[]> {
  return (await entriesOf(world, callStream(mission.id, key))).map(({ type }) => type);
}

async function finished(): Promise<JsonObject | undefined> {
  const entries = await entriesOf(world, missionStream(mission.id));
  return entries.find(({ type }) => type === "mission.finished")?.data;
}

/** What the undo of one path comes to. */
function undoComesTo(path: string, sent: Sent): void {
  const { act } = world.broker;
  world.broker.act = async (sending) =>
    sending.tool.name === "remove_note" && sending.arguments["path"] === path ? sent : act(sending);
}

beforeEach(() => open());

describe("a mission that failed", () => {
  it("undoes its writes in the reverse order of their intents, one governed call each, and says so", async () => {
    await call("1.3", "first");
    await call("1.1", "second");
    await call("1.2", "second", "read_note");
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "FAILED", outcomeCode: FAILED.code });
    expect(ledger.slice(3)).toEqual(["remove_note second", "remove_note first"]);
    expect(await typesOf("undo.1.1")).toEqual(["call.sent", "call.succeeded"]);
    const [intent] = await entriesOf(world, callStream(mission.id, "undo.1.1"));
    expect(intent).toMatchObject({
      actor: { id: "compensator", custody: "runtime" },
      data: {
        tool: "remove_note",
        compensates: "1.1",
        attempt: 1,
        decision: { kind: "PERMIT" },
        facts: { "compensation.of": "write_note" },
      },
    });
    expect(await finished()).toMatchObject({ compensation: { undone: 2, stands: 0, irreversible: 0, standing: [] } });
  });

  it("shows the rules who undoes what", async () => {
    await call("1.1", "a");
    await end();
    expect(world.governor.asked.at(-1)).toMatchObject({
      agent: { id: "compensator", custody: "runtime" },
      call: { key: "undo.1.1", tool: { name: "remove_note" }, arguments: { path: "a" } },
      facts: { "compensation.of": "write_note", "compensation.agent": AN_AGENT },
    });
  });

  it("builds an undo of what the call answered", async () => {
    await open([aTool(), aWriteWithReceipt()]);
    await call("1.1", "a");
    await end();
    expect(ledger).toEqual(["write_note a", "remove_note r-a"]);
  });

  it("waits for a person where an undo cannot be built", async () => {
    await open([
      aTool(),
      aWriteTool({ compensation: { tool: "remove_note", arguments: { path: { fromResult: "/nowhere" } } } }),
    ]);
    await call("1.1", "a");
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    await resolveCall(world, { mission: mission.id, key: "undo.1.1", person: "p-1", as: { kind: "unresolved" } });
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(await finished()).toMatchObject({ compensation: { undone: 0, stands: 1, standing: ["1.1"] } });
  });

  it("waits for a person where what the call was given was erased", async () => {
    await call("1.1", "a");
    const known = await findCall(world, mission.id, "1.1");
    const { store } = world;
    const payload: LogStore["payload"] = async (context, commitment) =>
      commitment === known?.call.arguments ? "erased" : store.payload(context, commitment);
    const without = new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (member === "payload") return payload;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const waits = await endMission(onStore(world, without), mission.id, FAILED, presentUndo(world, mission.id));
    expect(waits).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
  });

  it("never undoes what is irreversible, and names it", async () => {
    await open([aTool(), aWriteTool()], ["write_note", "remove_note"]);
    await call("1.1", "a");
    await call("1.2", "b", "remove_note");
    await end();
    expect(ledger).toEqual(["write_note a", "remove_note b", "remove_note a"]);
    expect(await finished()).toMatchObject({ compensation: { undone: 1, irreversible: 1, standing: ["1.2"] } });
  });

  it("never undoes an undo, though its tool is a write itself", async () => {
    const remove = aRemoveTool({
      class: "write",
      compensation: { tool: "write_note", arguments: { path: { from: "/path" }, content: { value: "again" } } },
    });
    await open([aTool(), aWriteTool(), remove]);
    await call("1.1", "a");
    await end();
    expect(ledger).toEqual(["write_note a", "remove_note a"]);
  });

  it("is not compensated when nothing was done: one entry ends it", async () => {
    await call("1.1", "a", "read_note");
    await end();
    expect((await entriesOf(world, missionStream(mission.id))).at(-2)?.type).toBe("mission.started");
    expect(await finished()).toEqual({ kind: "FAILED", code: FAILED.code });
  });

  it("keeps its cause over the compensation, and its kind though the deadline passes meanwhile", async () => {
    await call("1.1", "a");
    undoComesTo("a", { kind: "unknown", reason: "Silence." });
    expect(await end()).toMatchObject({ kind: "waits", for: "person" });
    world.clock.advance(700_000);
    await resolveCall(world, {
      mission: mission.id,
      key: "undo.1.1",
      person: "p-1",
      as: { kind: "succeeded", result: true },
    });
    expect(await end({ kind: "EXPIRED" })).toMatchObject({ outcomeKind: "FAILED", outcomeCode: FAILED.code });
    const [started, last] = (await entriesOf(world, missionStream(mission.id))).filter(
      ({ type }) => type === "compensation.started" || type === "mission.finished",
    );
    expect(last?.payloads["cause"]).toBe(started?.payloads["cause"]);
    expect(last?.actor.id).toBe(AN_AGENT);
  });
});

describe("from the moment on at which a mission compensates", () => {
  beforeEach(async () => {
    await call("1.1", "a");
    await startCompensation(world, mission.id, FAILED);
  });

  it("no call of its agent is sent", async () => {
    const request = await aCall(world, { mission: mission.id, key: "9.9" });
    expect(await performCall(world, request)).toMatchObject({ end: { kind: "denied", code: "mission/compensating" } });
    expect(ledger).toEqual(["write_note a"]);
  });

  it("its compensator sends past the deadline, until the stated grace is over", async () => {
    world.clock.advance(600_000 + COMPENSATION_GRACE_MS - 1_000);
    await compensateMission(world, mission.id, presentUndo(world, mission.id));
    expect(ledger).toEqual(["write_note a", "remove_note a"]);
  });

  it("and nothing at that time: a person must settle it", async () => {
    const { ending } = (await loadMission(world, mission.id)) ?? {};
    world.clock.advance((ending?.untilMs ?? 0) - world.clock.nowMs());
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    expect(await typesOf("undo.1.1")).toEqual(["call.denied"]);
  });
});

describe("an undo that a person has tried again", () => {
  const again = (key: string) => resolveCall(world, { mission: mission.id, key, person: "p-1", as: { kind: "retry" } });
  const refused = (code: string) => expect.objectContaining({ code }) as Error;

  beforeEach(async () => {
    await call("1.1", "a");
  });

  it("is made once more after its tool failed, under a key of its own, and undoes the call", async () => {
    const { act } = world.broker;
    undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    await again("undo.1.1");
    expect((await entriesOf(world, missionStream(mission.id))).at(-1)).toMatchObject({
      type: "compensation.retried",
      actor: { id: "p-1", custody: "person" },
      data: { call: "1.1", attempt: 2 },
    });
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo-2.1.1" });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/call_not_unknown"));
    await again("undo-2.1.1");
    world.broker.act = act;
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "FAILED" });
    expect(await typesOf("undo-3.1.1")).toEqual(["call.sent", "call.succeeded"]);
    const keys = world.broker.sent.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await finished()).toMatchObject({ compensation: { undone: 1, stands: 0, standing: [] } });
  });

  it("is decided anew after it was denied", async () => {
    const { answer } = world.governor;
    world.governor.answerCalls({ kind: "DENY", rules: ["no"] });
    expect(await end()).toMatchObject({ for: "person" });
    await again("undo.1.1");
    world.governor.answer = answer;
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo-2.1.1": 1 });
  });

  it("has its whole time again", async () => {
    await startCompensation(world, mission.id, FAILED);
    world.clock.advance(600_000 + COMPENSATION_GRACE_MS);
    expect(await end()).toMatchObject({ for: "person" });
    await again("undo.1.1");
    expect(await end()).toMatchObject({ state: "EXECUTED" });
  });

  it("waits under hold, until a stop with run", async () => {
    undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await end();
    const stop = { mission: mission.id, reason: "x", actor: { id: "p-1", custody: "person" } } as const;
    await stopMission(world, { ...stop, compensation: "hold" });
    await again("undo.1.1");
    expect(await end()).toEqual({ kind: "waits", for: "held", key: "1.1" });
    await stopMission(world, { ...stop, compensation: "run" });
    expect(await end()).toMatchObject({ kind: "waits", key: "undo-2.1.1" });
  });

  it("is refused while it is not known what became of it, and after that was never learned: it might happen twice", async () => {
    undoComesTo("a", { kind: "unknown", reason: "Silence." });
    await end();
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
    const order = { mission: mission.id, key: "undo.1.1", person: "p-1" };
    await resolveCall(world, { ...order, as: { kind: "unresolved" } });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("is refused for a call of the agent, for an undo that was not begun, and after a person spoke", async () => {
    await expect(again("1.1")).rejects.toThrow(refused("mission/not_retryable"));
    await startCompensation(world, mission.id, FAILED);
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
    await resolveCall(world, { mission: mission.id, key: "undo.1.1", person: "p-1", as: { kind: "unresolved" } });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/call_not_unknown"));
  });

  it("loses to the undo that begins in the same moment, and wins over it if it comes first", async () => {
    undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await end();
    await again("undo.1.1");
    const begun = racing(world, "compensation.retried", end);
    const late = resolveCall(begun, { mission: mission.id, key: "undo-2.1.1", person: "p-1", as: { kind: "retry" } });
    await expect(late).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("has as many tries as the limit says, and not one more", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["no"] });
    await end();
    for (let attempt = 1; attempt < UNDO_TRIES_MAX; attempt += 1) {
      await again(undoKey("1.1", attempt));
      await end();
    }
    await expect(again(undoKey("1.1", UNDO_TRIES_MAX))).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("leaves no way back to the try before", async () => {
    undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await end();
    await again("undo.1.1");
    const arguments_ = { path: "a" };
    const presented = await presentUndo(
      world,
      mission.id,
    )({
      call: callStream(mission.id, "undo.1.1"),
      tool: "remove_note",
      arguments: arguments_,
      commitment: commit(NONCE, canonicalJson(arguments_)),
    });
    const request = { mission: mission.id, key: "undo.1.1", tool: "remove_note", arguments: arguments_, nonce: NONCE };
    expect(await performCall(world, { ...request, presented, custody: "runtime" })).toMatchObject({
      kind: "refused",
      code: "call/nothing_to_undo",
    });
  });
});

describe("a call that waits for people when its mission begins to compensate", () => {
  const waiting = { key: "1.2", tool: "write_note", arguments: { path: "b", content: "x" } };
  const park = async (on: TestWorld = world) =>
    performCall(on, await aCall(world, { mission: mission.id, ...waiting }));
  const listed = async (): Promise<(string | null)[]> => {
    const calls: (string | null)[] = [];
    for await (const request of listApprovals(world)) calls.push(request.call);
    return calls;
  };
  const start = (on: TestWorld = world) => startCompensation(on, mission.id, FAILED);
  const approve = () => vote(world, { mission: mission.id, call: "1.2", person: "manager-1" });

  beforeEach(async () => {
    await call("1.1", "a");
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await park();
  });

  it("is withdrawn in the same unit: nobody is asked about it any more", async () => {
    expect(await listed()).toEqual(["1.2"]);
    await start();
    expect(await listed()).toEqual([]);
    const last = (await entriesOf(world, callStream(mission.id, "1.2"))).at(-1);
    const started = (await entriesOf(world, missionStream(mission.id))).at(-1);
    expect([last?.type, started?.type]).toEqual(["call.withdrawn", "compensation.started"]);
    expect(last?.unit).toBe(started?.unit);
    expect(await park()).toMatchObject({ end: { kind: "denied", code: "call/withdrawn" } });
  });

  it("takes no vote that comes after, also one that was on its way", async () => {
    const order = await aVote(world, { mission: mission.id, call: "1.2", person: "manager-1" });
    const late = castVote(racing(world, "call.voted", start), order);
    await expect(late).rejects.toMatchObject({ code: "mission/vote_not_waiting" });
    expect(await typesOf("1.2")).toEqual(["call.parked", "call.withdrawn"]);
  });

  it("is withdrawn with the vote that came before, and nothing is sent on it", async () => {
    await start(racing(world, "compensation.started", approve));
    expect(await typesOf("1.2")).toEqual(["call.parked", "call.voted", "call.withdrawn"]);
    expect(ledger).toEqual(["write_note a"]);
  });

  it("is withdrawn as well when it begins to wait meanwhile", async () => {
    const third = { mission: mission.id, ...waiting, key: "1.3" };
    const codes: unknown[] = [];
    const watched = interceptAppend(world.store, async (append, ...args) => {
      const answers = await append(...args);
      codes.push(...answers.flatMap((answer) => (answer.kind === "refused" ? [answer.code] : [])));
      return answers;
    });
    const late = async () => performCall(world, await aCall(world, third));
    await start(racing(onStore(world, watched), "compensation.started", late));
    expect(codes).toEqual(["mission/calls_parked"]);
    expect(await typesOf("1.3")).toEqual(["call.parked", "call.withdrawn"]);
    expect(await listed()).toEqual([]);
  });

  it("while an undo waits for people as before", async () => {
    expect(await end()).toMatchObject({ kind: "waits", for: "approval", key: "undo.1.1" });
    expect(await listed()).toEqual(["undo.1.1"]);
  });
});

describe("an undo that does not succeed leaves the mission IN_PROGRESS for a person", () => {
  async function settledBy(kind: "succeeded" | "failed", expected: JsonObject): Promise<void> {
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    expect(ledger.filter((line) => line === "remove_note a")).toEqual([]);
    await expect(finishMission(world, mission.id, FAILED)).rejects.toMatchObject({ code: "mission/compensation_open" });
    const as =
      kind === "succeeded" ? ({ kind, result: "by hand" } as const) : ({ kind, code: "x", message: "no" } as const);
    const order = { mission: mission.id, key: "undo.1.2", person: "p-1", as };
    await resolveCall(world, order);
    await expect(resolveCall(world, order)).rejects.toMatchObject({ code: "mission/call_not_unknown" });
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(ledger.at(-1)).toBe("remove_note a");
    expect((await finished())?.["compensation"]).toMatchObject(expected);
  }

  beforeEach(async () => {
    await call("1.1", "a");
    await call("1.2", "b");
  });

  it("when it is denied", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      request.call?.arguments["path"] === "b" ? { kind: "DENY", rules: ["keep-b"] } : answer(request);
    await settledBy("succeeded", { undone: 1, undoneByHand: 1, standing: [] });
    expect(await typesOf("undo.1.2")).toEqual(["call.denied"]);
  });

  it("when its tool fails", async () => {
    undoComesTo("b", { kind: "failed", code: "tool/no", message: "No." });
    await settledBy("failed", { undone: 1, undoneByHand: 0, stands: 1, standing: ["1.2"] });
  });

  it("when nobody knows what became of it: then it is resolved like any call", async () => {
    undoComesTo("b", { kind: "unknown", reason: "Silence." });
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    const order = { mission: mission.id, key: "undo.1.2", person: "p-1" };
    await resolveCall(world, { ...order, as: { kind: "failed", code: "x", message: "It did not happen." } });
    expect(await end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    await resolveCall(world, { ...order, as: { kind: "succeeded", result: "by hand" } });
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(ledger).toEqual(["write_note a", "write_note b", "remove_note a"]);
  });

  it("waits for a vote where the rules ask for one, and asks again later", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      request.kind === "call" ? { kind: "ESCALATE", level: "L2", rules: ["ask"] } : answer(request);
    expect(await end()).toMatchObject({ kind: "waits", for: "approval", key: "undo.1.2" });
    world.governor.answer = answer;
    expect(await end()).toMatchObject({ state: "EXECUTED" });
  });
});

describe("unknown calls are settled before anything is undone", () => {
  it("and a write that happened is undone in its place", async () => {
    await call("1.1", "a");
    const { act } = world.broker;
    world.broker.act = async (sending) => {
      await act(sending);
      return { kind: "unknown", reason: "Silence." };
    };
    await call("1.2", "b");
    world.broker.act = act;
    const waits = await end();
    expect(waits).toMatchObject({ kind: "waits", for: "tool", key: "1.2", untilMs: expect.any(Number) });
    expect(ledger).toEqual(["write_note a", "write_note b"]);
    world.clock.advance(10_000);
    await end();
    expect(ledger.slice(2)).toEqual(["remove_note b", "remove_note a"]);
  });
});

describe("nobody but the compensator undoes, and it does nothing else", () => {
  beforeEach(async () => {
    await call("1.1", "a");
    await startCompensation(world, mission.id, FAILED);
  });

  async function present(request: object, agent: string): Promise<unknown> {
    const asked = { mission: mission.id, key: "undo.1.1", tool: "remove_note", arguments: { path: "a" }, ...request };
    return performCall(world, await aCall(world, asked, { agent, tools: { remove_note: null, write_note: null } }));
  }

  it.each<[string, object, string, JsonValue]>([
    ["the mission's agent", {}, AN_AGENT, "mission/other_agent"],
    ["the compensator for a call of its own", { key: "9.9" }, "compensator", "mission/other_agent"],
    ["of a call that does not exist", { key: "undo.7.7" }, "compensator", "call/nothing_to_undo"],
    ["of an undo", { key: "undo.undo.1.1" }, "compensator", "call/key_malformed"],
    ["with other arguments", { arguments: { path: "b" } }, "compensator", "call/conflict"],
    ["with another tool", { tool: "write_note" }, "compensator", "call/conflict"],
  ])("%s", async (_who, request, agent, code) => {
    expect(await present(request, agent)).toMatchObject({ kind: "refused", code });
    expect(ledger).toEqual(["write_note a"]);
  });

  it("and a token that does not grant the undo spends no undo's key", async () => {
    const asked = { mission: mission.id, key: "undo.1.1", tool: "remove_note", arguments: { path: "a" } };
    const request = await aCall(world, asked, { agent: AN_AGENT, tools: { write_note: null } });
    expect(await performCall(world, request)).toMatchObject({ kind: "refused", code: "mission/other_agent" });
    expect(await typesOf("undo.1.1")).toEqual([]);
  });

  it("and not before the mission compensates", async () => {
    await open();
    await call("1.1", "a");
    expect(await present({}, "compensator")).toMatchObject({ kind: "refused", code: "mission/not_compensating" });
  });

  it("and no agent bears its name", async () => {
    await expect(aMission(world, { agent: "compensator" })).rejects.toMatchObject({ code: "mission/invalid_argument" });
  });

  it("with a credential of another agent's: its presentation is refused, and nothing is written", async () => {
    const present = presentUndo(world, mission.id, { agent: AN_AGENT });
    await expect(endMission(world, mission.id, FAILED, present)).rejects.toMatchObject({
      code: "mission/compensation_refused",
    });
    expect(await typesOf("undo.1.1")).toEqual([]);
  });

  it("and not again what a person settled", async () => {
    await resolveCall(world, {
      mission: mission.id,
      key: undoKey("1.1"),
      person: "p-1",
      as: { kind: "succeeded", result: null },
    });
    expect(await present({}, "compensator")).toMatchObject({ kind: "refused", code: "call/nothing_to_undo" });
  });
});
