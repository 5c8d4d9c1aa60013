import type { Entry, JsonObject, JsonValue } from "@aura/trust";
import { canonicalJson, commit, hashText, newNonce } from "@aura/trust";
import { beforeEach, expect, it } from "vitest";
import {
  callStream,
  finishMission,
  loadMission,
  missionStream,
  performCall,
  resolveCall,
  sealMission,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aTool,
  aWorld,
  plainHashesIn,
  presentedFor,
  vote,
} from "../src/testing/index.ts";
import { aWriteToolWithoutFind, entriesOf } from "./scenes.ts";

const OBJECTIVE = "Refund order 7.";
const RESULT = { total: "42.00" };

let world: TestWorld;

beforeEach(async () => {
  world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
});

/** A call in every way that it can end, in a run and outside one, then finish and seal. */
async function aWholeMission(): Promise<{ readonly id: string; readonly told: readonly JsonValue[] }> {
  const { id } = await aMission(world, { definition: aDefinition({ objective: OBJECTIVE }) });
  const lane = await TestRunLane.takeOver(world, id);
  const told: JsonValue[] = [];
  const call = async (operation: number, tool: string, args: JsonObject): Promise<void> => {
    const asked = { mission: id, key: `1.${operation}`, tool, arguments: args };
    const answer = await performCall(world, await aCall(world, asked), lane, operation);
    told.push(args, ...(answer.kind === "ended" ? Object.values(answer.end) : []));
  };
  world.broker.notes.set("invoice 17", "1200.00");
  await call(1, "read_note", { path: "invoice 17" });
  await call(2, "write_note", { path: "letter", content: "Dear Ada" });
  world.broker.act = async () => ({ kind: "failed", code: "notes/missing", message: "No note." });
  await call(3, "read_note", { path: "b" });
  world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
  await call(4, "write_note", { path: "c", content: "1" });
  await resolveCall(world, { mission: id, key: "1.4", person: "p-1", as: { kind: "unresolved" } });
  await call(4, "write_note", { path: "c", content: "1" });
  world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
  await call(5, "read_note", { path: "d" });
  world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
  await call(6, "read_note", { path: "e" });
  await vote(world, { mission: id, call: "1.6", person: "manager-1", choice: "APPROVE" });
  await call(6, "read_note", { path: "e" });
  await call(7, "read_note", { path: "f" });
  await vote(world, { mission: id, call: "1.7", person: "manager-1", choice: "REJECT" });
  await finishMission(world, id, { kind: "SUCCEEDED", result: RESULT, cause: "All done." });
  await sealMission(world, id);
  return { id, told: [...told, RESULT, "The line broke.", "All done."] };
}

async function wholeLog(): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const { entry } of world.store.readLog(world.context, 0)) entries.push(entry);
  return entries;
}

it("leaves nothing in the log by which a guess at a destroyed text could be confirmed", async () => {
  const { id, told } = await aWholeMission();
  const mission = await loadMission(world, id);
  if (mission === undefined) throw new Error("the mission is there");
  const definition = await world.store.payload(world.context, mission.definition);
  if (definition === undefined || definition === "erased") throw new Error("its definition is kept");
  const requests = world.governor.asked.map((request) => canonicalJson(request as unknown as JsonObject));
  const texts = [OBJECTIVE, definition.text, ...requests, ...told.flatMap(textsIn)];
  const log = await wholeLog();
  expect(texts.length).toBeGreaterThan(40);
  expect(plainHashesIn(log, texts)).toEqual([]);
  // Names, keys and digests of configuration are no secret: this also shows that the walk finds what is there.
  const boundary = mission.boundaryText && (await world.store.payload(world.context, mission.boundaryText));
  if (boundary === undefined || boundary === "erased") throw new Error("its boundary is kept");
  expect(plainHashesIn(log, [boundary.text, "release 1", "no such text"])).toEqual([boundary.text, "release 1"]);
});

/** A value's own canonical text, and that of everything in it; texts also bare. */
function textsIn(value: JsonValue): string[] {
  const own = typeof value === "string" ? [value, canonicalJson(value)] : [canonicalJson(value)];
  if (typeof value !== "object" || value === null) return own;
  return [...own, ...Object.values(value).flatMap(textsIn)];
}

it("lets whoever holds a call's arguments open what was decided on them, and nobody else", async () => {
  const { id } = await aWholeMission();
  const [intent] = await entriesOf(world, callStream(id, "1.1"));
  const request = world.governor.asked.find(({ call }) => call?.key === "1.1");
  const args = await world.store.payload(world.context, intent?.payloads["arguments"] ?? ("" as never));
  if (args === undefined || args === "erased") throw new Error("the arguments are kept");
  const digest = hashText(canonicalJson(request as unknown as JsonObject));
  expect(intent?.data["decision"]).toMatchObject({ request: commit(args.nonce, digest) });
});

it("opens by the stored arguments also when a call is presented again under another nonce", async () => {
  const { id } = await aMission(world);
  world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
  const first = await aCall(world, { mission: id });
  await performCall(world, first);
  world.governor.answerCalls({ kind: "PERMIT", rules: ["relaxed"] });
  const again = { ...first, nonce: newNonce(world.random) };
  const presented = await presentedFor(world, again);
  expect(await performCall(world, { ...again, presented })).toMatchObject({ end: { kind: "succeeded" } });
  const intent = (await entriesOf(world, callStream(id, "1.1")))[1];
  const digest = hashText(canonicalJson(world.governor.asked.at(-1) as unknown as JsonObject));
  expect(intent?.data["decision"]).toMatchObject({ rules: ["relaxed"], request: commit(first.nonce, digest) });
});

it("opens what was decided on a mission with its definition", async () => {
  const { id } = await aWholeMission();
  const entries = await entriesOf(world, missionStream(id));
  const [created, , requested] = entries;
  const definition = await world.store.payload(world.context, created?.payloads["definition"] ?? ("" as never));
  if (definition === undefined || definition === "erased") throw new Error("the definition is kept");
  const request = world.governor.asked.find(({ kind }) => kind === "mission");
  const digest = hashText(canonicalJson(request as unknown as JsonObject));
  expect(requested?.data["decision"]).toMatchObject({ request: commit(definition.nonce, digest) });
  expect(Object.keys(created?.data ?? {}).toSorted()).toEqual(["agent", "authority", "timeoutMs", "tools"]);
});
