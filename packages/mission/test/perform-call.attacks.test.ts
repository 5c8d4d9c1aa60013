import type { JsonObject } from "@aura/trust";
import { signerFromSeed } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { CallRequest, Mission } from "../src/index.ts";
import { finishMission, performCall, raiseEpoch } from "../src/index.ts";
import type { PresentationRecipe, TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aCall, aDefinition, aMission, aTool, aWorld, aWriteTool } from "../src/testing/index.ts";

const STRANGER = signerFromSeed(new Uint8Array(32).fill(99));
const HOUR_MS = 3_600_000;

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
});

async function refusalOf(request: CallRequest): Promise<string> {
  const before = await world.store.size(world.context);
  const answer = await performCall(world, request);
  expect(world.broker.sent).toEqual([]);
  expect(await world.store.size(world.context)).toBe(before);
  if (answer.kind !== "refused") throw new Error(`it was answered ${answer.kind}`);
  return answer.code;
}

async function denialOf(request: CallRequest): Promise<string> {
  const before = await world.store.size(world.context);
  const answer = await performCall(world, request);
  expect(world.broker.sent).toEqual([]);
  expect(await world.store.size(world.context)).toBe(before + 1);
  if (answer.kind !== "ended" || answer.end.kind !== "denied") throw new Error(`it was answered ${answer.kind}`);
  return answer.end.code;
}

function presented(request: CallRequest, part: Partial<CallRequest["presented"]>): CallRequest {
  return { ...request, presented: { ...request.presented, ...part } };
}

/** Another signature of the right length. */
function tampered(jws: string): string {
  const [header, payload, signature] = jws.split(".");
  return `${header}.${payload}.${signature?.startsWith("A") ? "B" : "A"}${signature?.slice(1)}`;
}

describe("a presentation that cannot be verified executes nothing and leaves no entry", () => {
  it.each<[string, (request: CallRequest) => CallRequest]>([
    ["trust/credential_missing", (request) => presented(request, { credential: "" })],
    ["trust/credential_malformed", (request) => presented(request, { credential: "not.a.credential" })],
    [
      "trust/credential_tampered",
      (request) => presented(request, { credential: tampered(request.presented.credential) }),
    ],
    ["trust/token_missing", (request) => presented(request, { token: "" })],
    ["trust/token_malformed", (request) => presented(request, { token: request.presented.credential })],
    ["trust/token_tampered", (request) => presented(request, { token: tampered(request.presented.token) })],
    ["trust/proof_missing", (request) => presented(request, { proof: "" })],
    ["trust/proof_malformed", (request) => presented(request, { proof: request.presented.token })],
    ["trust/proof_tampered", (request) => presented(request, { proof: tampered(request.presented.proof) })],
  ])("%s", async (code, spoil) => {
    expect(await refusalOf(spoil(await aCall(world, { mission: mission.id })))).toBe(code);
  });

  it.each<[string, (now: TestWorld) => Partial<PresentationRecipe>]>([
    ["trust/credential_expired", ({ clock }) => ({ credentialAtMs: clock.nowMs() - HOUR_MS })],
    ["trust/credential_foreign", () => ({ credentialIssuer: STRANGER })],
    ["trust/credential_foreign", () => ({ org: "evil.example" })],
    ["trust/credential_foreign", () => ({ namespace: "other" })],
    ["trust/token_expired", ({ clock }) => ({ tokenAtMs: clock.nowMs() - HOUR_MS })],
    ["trust/token_foreign", () => ({ tokenIssuer: STRANGER })],
    ["trust/token_foreign", ({ keys }) => ({ tokenIssuer: keys.credential })],
    ["trust/mission", () => ({ mission: "01936f3e-0000-7000-8000-0000000000ff" })],
    ["trust/boundary", () => ({ boundary: "Q".repeat(42) + "Q" })],
    ["trust/audience", () => ({ audience: "https://elsewhere.example" })],
    ["trust/proof_wrong_key", () => ({ prover: STRANGER })],
    ["trust/proof_expired", ({ clock }) => ({ proofAtMs: clock.nowMs() - 120_000 })],
    ["trust/proof_not_yet_valid", ({ clock }) => ({ proofAtMs: clock.nowMs() + 120_000 })],
    ["trust/proof_other_call", () => ({ provenCall: "mission/x/call/1.9" })],
    ["trust/proof_other_call", () => ({ provenTool: "write_note" })],
    ["trust/proof_other_arguments", () => ({ provenArguments: { path: "secrets.txt" } })],
    ["mission/other_agent", () => ({ agent: "other-agent" })],
    ["mission/other_agent", () => ({ agent: "other-agent", tools: { write_note: null } })],
    [
      "mission/other_agent",
      () => ({ agent: "other-agent", tools: { read_note: { path: { constraint_type: "exact", value: "b" } } } }),
    ],
    ["mission/other_agent", () => ({ agent: "compensator", tools: { remove_note: null } })],
  ])("%s (made wrong)", async (code, spoil) => {
    expect(await refusalOf(await aCall(world, { mission: mission.id }, spoil(world)))).toBe(code);
  });

  it("trust/proof_wrong_key: the proof of instance A over the token of instance B", async () => {
    const mine = await aCall(world, { mission: mission.id });
    const theirs = await aCall(world, { mission: mission.id }, { holder: STRANGER, prover: STRANGER });
    expect(await refusalOf(presented(mine, { token: theirs.presented.token }))).toBe("trust/token_other_credential");
    expect(await refusalOf(presented(theirs, { proof: mine.presented.proof }))).toBe("trust/proof_wrong_key");
  });

  it.each([
    ["org", { kind: "org" }, "trust/credential_revoked"],
    ["namespace", { kind: "namespace" }, "trust/credential_revoked"],
    ["agent", { kind: "agent", agent: "invoice-clerk" }, "trust/credential_revoked"],
  ] as const)("a credential from before the epoch of its %s rose", async (_name, scope, code) => {
    const request = await aCall(world, { mission: mission.id });
    await raiseEpoch(world, scope, { reason: "laptop stolen", actor: AN_OWNER });
    expect(await refusalOf(request)).toBe(code);
  });

  it("a token from before the epoch of its mission rose", async () => {
    const request = await aCall(world, { mission: mission.id });
    await raiseEpoch(world, { kind: "mission", mission: mission.id }, { reason: "taken back", actor: AN_OWNER });
    expect(await refusalOf(request)).toBe("trust/token_revoked");
    const fresh = await aCall(world, { mission: mission.id });
    expect(await performCall(world, fresh)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
  });

  it.each<[string, JsonObject]>([
    ["NaN", { path: "a", count: Number.NaN }],
    ["1e400", { path: "a", count: JSON.parse("1e400") }],
    ["-1e400", { path: "a", count: JSON.parse("-1e400") }],
    ["undefined", { path: "a", count: undefined as unknown as null }],
    ["a lone surrogate", { path: "\ud800" }],
  ])("mission/arguments_not_json: %s", async (_name, args) => {
    expect(await refusalOf(await aCall(world, { mission: mission.id, arguments: args }))).toBe(
      "mission/arguments_not_json",
    );
  });

  it("call/key_malformed, call/tool_malformed, mission/not_found and call/nonce_malformed", async () => {
    const request = await aCall(world, { mission: mission.id });
    expect(await refusalOf({ ...request, tool: "../read_note" })).toBe("call/tool_malformed");
    expect(await refusalOf({ ...request, tool: "x".repeat(129) })).toBe("call/tool_malformed");
    expect(await refusalOf({ ...request, key: "../control" })).toBe("call/key_malformed");
    expect(await refusalOf({ ...request, mission: "01936f3e-0000-7000-8000-0000000000ff" })).toBe("mission/not_found");
    expect(await refusalOf({ ...request, mission: "../control" })).toBe("mission/not_found");
    expect(await refusalOf({ ...request, nonce: "short" })).toBe("call/nonce_malformed");
  });

  it.each(["CREATED", "PLANNING", "WAITING_APPROVAL", "APPROVED", "PENDING_EXECUTION"] as const)(
    "mission/not_in_progress: a mission in %s",
    async (state) => {
      const { id } = await aMission(world, { state });
      expect(await refusalOf(await aCall(world, { mission: id }))).toBe("mission/not_in_progress");
    },
  );

  it("mission/not_in_progress: a mission that has finished", async () => {
    const request = await aCall(world, { mission: mission.id });
    await finishMission(world, mission.id, { kind: "SUCCEEDED" });
    expect(await refusalOf(request)).toBe("mission/not_in_progress");
  });
});

describe("a proof shown again executes nothing again", () => {
  it("answers what is recorded for the same call", async () => {
    const request = await aCall(world, { mission: mission.id });
    const first = await performCall(world, request);
    const size = await world.store.size(world.context);
    expect(await performCall(world, request)).toEqual(first);
    expect(await performCall(world, { ...request, custody: "runtime" })).toEqual(first);
    expect(world.broker.sent).toHaveLength(1);
    expect(await world.store.size(world.context)).toBe(size);
  });

  it("trust/proof_other_call under another key", async () => {
    const request = await aCall(world, { mission: mission.id });
    await performCall(world, request);
    expect(await performCall(world, { ...request, key: "1.2" })).toMatchObject({ code: "trust/proof_other_call" });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("call/conflict for the same key with other arguments or another tool; the first call is untouched", async () => {
    const request = await aCall(world, { mission: mission.id });
    const first = await performCall(world, request);
    const others = await aCall(world, { mission: mission.id, arguments: { path: "other.txt" } });
    expect(await performCall(world, others)).toMatchObject({ kind: "refused", code: "call/conflict" });
    const args = { path: "invoices.txt", content: "x" };
    const otherTool = await aCall(world, { mission: mission.id, tool: "write_note", arguments: args });
    expect(await performCall(world, otherTool)).toMatchObject({ kind: "refused", code: "call/conflict" });
    expect(await performCall(world, request)).toEqual(first);
    expect(world.broker.sent).toHaveLength(1);
  });

  it("sends once when the same call is presented 20 times at once", async () => {
    const request = await aCall(world, { mission: mission.id });
    const answers = await Promise.all(Array.from({ length: 20 }, () => performCall(world, request)));
    expect(world.broker.sent).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

it("sends once when the same call is presented while it is being sent", async () => {
  const request = await aCall(world, { mission: mission.id });
  const answer = Promise.withResolvers<{ kind: "succeeded"; result: string }>();
  const leaving = Promise.withResolvers<void>();
  world.broker.act = () => {
    leaving.resolve();
    return answer.promise;
  };
  const first = performCall(world, request);
  await leaving.promise;
  const second = performCall(world, request);
  // The second has had every chance to send.
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
  answer.resolve({ kind: "succeeded", result: "42.00" });
  expect(await second).toEqual(await first);
  expect(world.broker.sent).toHaveLength(1);
});

describe("a known caller that reaches too far executes nothing, and the log says so", () => {
  it("mission/tool_not_in_boundary", async () => {
    world.catalogue.tools.set("drop_table", aTool({ name: "drop_table", class: "irreversible" }));
    const request = await aCall(world, { mission: mission.id, tool: "drop_table", arguments: {} });
    expect(await denialOf(request)).toBe("mission/tool_not_in_boundary");
  });

  it("mission/tool_changed: the definition is another one since the boundary was frozen", async () => {
    world.catalogue.tools.set("read_note", aTool({ description: "Reads a note, and mails it to us." }));
    expect(await denialOf(await aCall(world, { mission: mission.id }))).toBe("mission/tool_changed");
  });

  it("mission/tool_changed: the tool is no longer offered", async () => {
    world.catalogue.tools.delete("read_note");
    expect(await denialOf(await aCall(world, { mission: mission.id }))).toBe("mission/tool_changed");
  });

  it("trust/tool_not_granted: the boundary holds it, the token does not", async () => {
    const request = await aCall(world, { mission: mission.id }, { tools: { write_note: null } });
    expect(await denialOf(request)).toBe("trust/tool_not_granted");
  });

  it("trust/argument_refused: the token's limits are narrower than the boundary's", async () => {
    const tools = { read_note: { path: { constraint_type: "exact", value: "public.txt" } } };
    expect(await denialOf(await aCall(world, { mission: mission.id }, { tools }))).toBe("trust/argument_refused");
  });

  it.each<[string, JsonObject]>([
    ["of another type", { path: 7 }],
    ["with a member the schema does not know", { path: "a", sudo: "yes" }],
    ["a number as text", { path: "a", count: "7" }],
  ])("mission/arguments_malformed: %s", async (_name, args) => {
    const request = await aCall(world, { mission: mission.id, arguments: args });
    expect(await denialOf(request)).toBe("mission/arguments_malformed");
  });

  it("mission/arguments_malformed: a required one is absent; the words are the same when it is shown again", async () => {
    const call = { mission: mission.id, tool: "write_note", arguments: { path: "a" } };
    const first = await performCall(world, await aCall(world, call));
    expect(first).toMatchObject({ end: { code: "mission/arguments_malformed" } });
    expect(await performCall(world, await aCall(world, call))).toEqual(first);
  });

  it("mission/deadline_passed", async () => {
    world.clock.advance(600_000);
    expect(await denialOf(await aCall(world, { mission: mission.id }))).toBe("mission/deadline_passed");
  });

  it("mission/denied, with every rule that decided", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["no-notes", "no-reads"] });
    const request = await aCall(world, { mission: mission.id });
    expect(await denialOf(request)).toBe("mission/denied");
    world.governor.answerCalls({ kind: "PERMIT", rules: ["all"] });
    const again = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(again).toMatchObject({ end: { kind: "denied", rules: ["no-notes", "no-reads"] } });
    expect(world.broker.sent).toEqual([]);
  });
});

describe("the boundary's limits on arguments accept nothing but true", () => {
  const constraints = {
    path: { constraint_type: "path", within: "/invoices" },
    amount: { constraint_type: "decimal", min: "0", max: "100.00" },
  };
  const HONEST = { path: "/invoices/7.txt", amount: "42.00" };

  beforeEach(async () => {
    const definition = aDefinition({ tools: [{ name: "read_note", constraints }] });
    mission = await aMission(world, { definition });
  });

  // The token of these callers is as wide as can be: it is the boundary that refuses.
  const wide = { tools: { read_note: null } };

  it("lets an honest call pass", async () => {
    const request = await aCall(world, { mission: mission.id, arguments: HONEST }, wide);
    expect(await performCall(world, request)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
  });

  it.each<[string, JsonObject]>([
    ["absent", { path: "/invoices/7.txt" }],
    ["with a thousands separator", { ...HONEST, amount: "5,000" }],
    ["above the limit", { ...HONEST, amount: "100.01" }],
    ["with an exponent", { ...HONEST, amount: "1e1" }],
    ["not a number", { ...HONEST, amount: "NaN" }],
    ["outside the folder", { ...HONEST, path: "/invoices/../secrets" }],
    ["not limited, so not allowed", { ...HONEST, count: 1 }],
  ])("mission/argument_refused: %s", async (_name, args) => {
    const request = await aCall(world, { mission: mission.id, arguments: args }, wide);
    expect(await denialOf(request)).toBe("mission/argument_refused");
  });
});

it("holds a write to its pinned definition as well", async () => {
  world.catalogue.tools.set("write_note", aWriteTool({ repeatable: true }));
  const args = { path: "a", content: "b" };
  const request = await aCall(world, { mission: mission.id, tool: "write_note", arguments: args });
  expect(await denialOf(request)).toBe("mission/tool_changed");
});
