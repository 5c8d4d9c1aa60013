import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadMission, performCall, signEnrolment, signVote } from "@aura/mission";
import type { CallRequest, Enrolment, Mission, Vote } from "@aura/mission";
import { commit, canonicalJson, newNonce, systemRandom } from "@aura/trust";
import type { JsonObject, Signer } from "@aura/trust";
import { createKeyFile, loadKeyFile } from "@aura/trust/key-file";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BODY_BYTES_MAX } from "../../src/http/limits.ts";
import { createIssuer } from "../../src/issuer.ts";
import { createPresenter } from "../../src/presenter.ts";
import { scratchFolder } from "../in-process.ts";
import { foundPayments, paidIn, payApplication } from "../pay-application.ts";
import { spawnAura } from "../spawn-aura.ts";
import { serveNotes, until } from "./served.ts";
import type { ServedNotes } from "./served.ts";

const NOBODY = "0190a8f0-0000-7000-8000-000000000000";
const GOVERNANCE = new URL("../../../../packages/governance/src/index.ts", import.meta.url).href;
const read = (json: string): JsonObject => JSON.parse(json) as JsonObject;

/** What an agent sends that is no amount, and by which code its mission fails. */
const NO_AMOUNTS: readonly (readonly [what: string, tool: string, args: JsonObject, code: string])[] = [
  ["no amount", "pay", {}, "mission/arguments_malformed"],
  ["NaN", "pay", { amount: Number.NaN }, "engine/arguments_not_json"],
  ['"5,000"', "pay", { amount: "5,000" }, "mission/arguments_malformed"],
  ["1e400", "pay", read('{"amount":1e400}'), "engine/arguments_not_json"],
  ["no amount, where only a budget asks", "pay_loosely", {}, "mission/denied"],
  ['"5,000", where only a budget asks', "pay_loosely", { amount: "5,000" }, "mission/denied"],
  ['"1e400", where only a budget asks', "pay_loosely", { amount: "1e400" }, "mission/denied"],
  ['"NaN", where only a budget asks', "pay_loosely", { amount: "NaN" }, "mission/denied"],
  ["an unknown tool", "wire_money", { amount: 1 }, "mission/tool_not_in_boundary"],
];
const ASKED = ["pay_asked", { amount: 900 }] as const;
const PAYMENTS = new Map([
  ...NO_AMOUNTS.map(([what, tool, args]) => [what, [tool, args]] as const),
  ["ours", ASKED],
  ["the founder's", ASKED],
]);

const scratch = scratchFolder();
let bank: ServedNotes;
let founder: string;
let keys: { readonly founder: Signer; readonly stranger: Signer; readonly di: Signer };
/** Missions that wait for the board: of the operator, and of the founder. */
let ours: string;
let theirs: string;
let before: State;

/** All that must be the same after bad input: what was paid, which missions there are, how they stand. */
interface State {
  readonly paid: readonly string[];
  readonly missions: string;
  readonly entries: number;
}

async function stateOf(): Promise<State> {
  const { text } = await bank.ask("/v1/missions");
  return { paid: paidIn(bank.folder), missions: text, entries: await bank.runtime.store.size(bank.runtime.context) };
}

function definition(objective: string, change: object = {}): object {
  return { objective, tools: ["pay", "pay_asked", "pay_loosely"], authority: "L1", timeout: "PT1H", ...change };
}

async function launch(objective: string, operator: string = bank.key): Promise<string> {
  const headers = { authorization: `Bearer ${operator}`, "idempotency-key": Buffer.from(objective).toString("hex") };
  const body = { agent: "payer", definition: definition(objective) };
  const { status, json } = await bank.ask("/v1/missions", { method: "POST", body, headers });
  expect(status).toBe(201);
  return json["id"] as string;
}

async function keyFile(name: string): Promise<Signer> {
  await createKeyFile(scratch.at(name), systemRandom);
  return loadKeyFile(scratch.at(name));
}

/** Lets `di`, who sits on no board, vote: a person without a seat is another stranger than one without a key. */
async function enrolDi(): Promise<void> {
  const { namespace } = bank.runtime.identity;
  const enrolment: Enrolment = {
    format: "aura-enrolment-1",
    namespace,
    person: "di",
    key: keys.di.publicKey,
    expiresMs: bank.runtime.store.nowMs() + 60_000,
  };
  const possession = await signEnrolment(keys.di, enrolment);
  const { json } = await bank.ask("/v1/approvers", { method: "POST", body: { possession } });
  const confirmation = await signEnrolment(keys.founder, enrolment);
  const confirm = `/v1/approvers/${json["code"] as string}/confirm`;
  expect(await bank.ask(confirm, { method: "POST", body: { confirmation } })).toMatchObject({ status: 201 });
}

beforeAll(async () => {
  const founded = await foundPayments(scratch.at("data"));
  ({ founder } = founded);
  bank = await serveNotes(scratch.at("data"), payApplication(founder, PAYMENTS));
  keys = {
    founder: await loadKeyFile(join(`${bank.folder.path}.root`, "approver.key")),
    stranger: await keyFile("stranger.key"),
    di: await keyFile("di.key"),
  };
  await enrolDi();
  const added = await spawnAura(["operator", "add", founder, "--data", bank.folder.path, "--out", scratch.at("f.key")]);
  expect(added).toMatchObject({ exitCode: 0, err: "" });
  ours = await launch("ours");
  theirs = await launch("the founder's", readFileSync(scratch.at("f.key"), "utf8").trimEnd());
  await until(bank, async () => ((await bank.ask("/v1/approvals")).json["items"] as readonly unknown[]).length === 2);
});

beforeEach(async () => {
  before = await stateOf();
});

afterEach(async () => {
  expect(bank.troubles).toEqual([]);
  expect((await bank.ask("/v1/log/verify", { method: "POST" })).json).toMatchObject({ ok: true });
});

afterAll(async () => {
  await bank.close();
  scratch[Symbol.dispose]();
});

function expectProblem(answer: Awaited<ReturnType<ServedNotes["ask"]>>, status: number, code: string): void {
  expect([answer.status, answer.json["code"]]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.json).toMatchObject({ type: `https://aura.dev/errors/${code}`, fix: expect.any(String) });
}

describe("a request", () => {
  const limited = (amount: string) =>
    JSON.stringify({
      agent: "payer",
      definition: definition("x", { tools: [{ name: "pay", constraints: "LIMITS" }] }),
    }).replace('"LIMITS"', `{"amount":${amount}}`);
  const order = (change: object) => JSON.stringify({ agent: "payer", definition: definition("x", change) });
  const POSTED: readonly (readonly [what: string, body: string, status: number, code: string])[] = [
    ["malformed JSON", '{"agent":"payer","definition":', 400, "http/body_malformed"],
    ["an oversized body", `"${"x".repeat(BODY_BYTES_MAX)}"`, 413, "http/body_too_large"],
    ["an unknown tool", order({ tools: ["wire_money"] }), 422, "runtime/tool_unknown"],
    ["NaN in a constraint", limited('{"max":NaN}'), 400, "http/body_malformed"],
    ["1e400 in a constraint", limited('{"max":1e400}'), 400, "http/body_malformed"],
    ['"5,000" in a constraint', limited('{"decimal":{"max":"5,000"}}'), 422, "mission/definition_invalid"],
    ["a constraint without its amount", limited('{"decimal":{}}'), 422, "mission/definition_invalid"],
    ["a misspelt constraint", limited('{"maximum":5}'), 422, "mission/definition_invalid"],
    ["no timeout", order({ timeout: undefined }), 400, "http/request_invalid"],
    ["1e400 as the timeout", order({ timeout: "T" }).replace('"T"', "1e400"), 400, "http/body_malformed"],
  ];
  it.each(POSTED)("with %s is a problem, and no mission", async (_what, body, status, code) => {
    const headers = { authorization: `Bearer ${bank.key}`, "idempotency-key": "bad" };
    expectProblem(await bank.ask("/v1/missions", { method: "POST", body, headers }), status, code);
    expect(await stateOf()).toEqual(before);
  });

  it.each([
    ["GET", ""],
    ["GET", "/receipt"],
    ["GET", "/calls/1.1"],
    ["POST", "/stop"],
  ])("%s for an unknown mission%s is a problem", async (method, rest) => {
    const body = method === "POST" ? { body: { compensation: "run", reason: "x" } } : {};
    expectProblem(await bank.ask(`/v1/missions/${NOBODY}${rest}`, { method, ...body }), 404, "runtime/mission_unknown");
    expect(await stateOf()).toEqual(before);
  });
});

describe("a vote", () => {
  /** Votes APPROVE, with the key of whoever `signer` is. */
  async function vote(mission: string, person: string, signer: Signer) {
    const { json } = await bank.ask(`/v1/approvals/${mission}.1.1`);
    const jws = await signVote(signer, { ...(json["vote"] as unknown as Vote), choice: "APPROVE" });
    return bank.ask(`/v1/approvals/${mission}.1.1/votes`, { method: "POST", body: { person, jws } });
  }

  it.each([
    ["under another's name", () => vote(ours, founder, keys.stranger), "mission/vote_forged"],
    ["of somebody who has no key", () => vote(ours, "bo", keys.stranger), "mission/vote_unknown_approver"],
    ["of somebody without a seat", () => vote(ours, "di", keys.di), "mission/vote_not_in_pool"],
    ["of whoever created the mission", () => vote(theirs, founder, keys.founder), "mission/vote_own_mission"],
  ])("%s is a problem, and does not count", async (_whose, cast, code) => {
    expectProblem(await cast(), 403, code);
    expect(await stateOf()).toEqual(before);
  });

  it("that is a second one is a problem; the first stays, and one of two is not enough", async () => {
    expect(await vote(ours, founder, keys.founder)).toMatchObject({ status: 201, json: { outcome: "counted" } });
    before = await stateOf();
    expectProblem(await vote(ours, founder, keys.founder), 409, "mission/vote_already_cast");
    expect(await stateOf()).toEqual(before);
    const { json } = await bank.ask(`/v1/approvals/${ours}.1.1`);
    expect(json["votes"]).toMatchObject([{ person: founder }]);
    expect(paidIn(bank.folder)).toEqual([]);
  });
});

describe("an agent's call", () => {
  it.each(NO_AMOUNTS)("with %s of %s fails its mission, and nothing is paid", async (what, tool, _args, code) => {
    const id = await launch(what);
    await until(bank, async () => (await bank.ask(`/v1/missions/${id}`)).json["state"] === "CLOSED");
    const { json } = await bank.ask(`/v1/missions/${id}`);
    expect(json["outcome"]).toMatchObject({ kind: "FAILED" });
    const calls = json["calls"] as readonly JsonObject[];
    if (code.startsWith("engine/")) expect([json["outcome"], calls]).toMatchObject([{ code }, []]);
    else expect(calls).toMatchObject([{ tool, state: "denied", end: { kind: "denied", code } }]);
    const after = await stateOf();
    expect(after.paid).toEqual(before.paid);
    const items = (text: string) => (JSON.parse(text) as { readonly items: readonly { readonly id: string }[] }).items;
    expect(items(after.missions).filter((mission) => mission.id !== id)).toEqual(items(before.missions));
  });
});

describe("a presentation", () => {
  const MINUTES = 60_000;

  /** A call of the mission that waits, presented by an instance of its agent whose token was issued `ago` milliseconds ago. */
  async function presented(key: string, args: JsonObject, ago = 0): Promise<CallRequest> {
    const { runtime } = bank;
    const mission = (await loadMission(runtime.world, ours)) as Mission;
    const store = { ...runtime.store, nowMs: () => runtime.store.nowMs() - ago };
    const { identity, application } = runtime;
    const parts = { identity, keys: runtime.keys, agents: application.release.agents };
    const issuer = createIssuer({ ...parts, world: { ...runtime.world, store } });
    const presenter = createPresenter({ world: runtime.world, issuer }, await issuer.instanceOf("payer"), mission);
    const nonce = newNonce(runtime.random);
    const commitment = commit(nonce, canonicalJson(args));
    const shown = await presenter.present({
      call: `mission/${ours}/call/${key}`,
      tool: "pay",
      arguments: args,
      commitment,
    });
    return { mission: ours, key, tool: "pay", arguments: args, nonce, presented: shown, custody: "agent" };
  }

  it("with an expired token is refused, and nothing is paid", async () => {
    const late = await presented("8.1", { amount: 1 }, 10 * MINUTES);
    before = await stateOf();
    expect(await performCall(bank.runtime.world, late)).toMatchObject({ kind: "refused", code: "trust/token_expired" });
    expect(await stateOf()).toEqual(before);
  });

  it("that is replayed pays nothing a second time, as itself or as another call", async () => {
    const { world } = bank.runtime;
    const once = await presented("9.1", { amount: 1 });
    expect(await performCall(world, once)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(paidIn(bank.folder)).toEqual(['pay {"amount":1}']);
    before = await stateOf();
    expect(await performCall(world, once)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const replayed = { ...once, key: "9.2" };
    expect(await performCall(world, replayed)).toMatchObject({ kind: "refused", code: "trust/proof_other_call" });
    const dearer = { ...once, key: "9.1", arguments: { amount: 2 } };
    expect(await performCall(world, dearer)).toMatchObject({ kind: "refused" });
    expect(await stateOf()).toEqual(before);
  });
});

describe("`aura start`", () => {
  const RULES = `format: aura-release-1
agents:
  - { name: payer, version: "1", owner: office, authority: L1 }
tools:
  - { name: pay, upstream: bank, class: irreversible, tags: [], attemptTimeoutMs: 1000, repeatable: false }
budgets:
  - { id: purse, match: { tools: [pay] }, measure: { argument: amount, scale: 2 }, per: agent, window: day, ceilings: { L1: 5 } }
rules:
  - { id: may-pay, effect: PERMIT, on: call, match: { tools: [pay] }, reason: Payers pay. }
`;

  it.each([
    ["a misspelt attribute", "effect: PERMIT", "efect: PERMIT", /rules\.yaml:9:\d+.*efect/],
    ["1e400 in a budget", "L1: 5", "L1: 1e400", /rules\.yaml:7:\d+/],
    ["NaN in a budget", "L1: 5", "L1: .nan", /rules\.yaml:7:\d+/],
    ['"5,000" in a budget', "L1: 5", 'L1: "5,000"', /rules\.yaml:7:\d+/],
    ["no amount in a budget", "{ L1: 5 }", "{}", /rules\.yaml:7:\d+/],
  ])("with %s in its rules says where, and starts nothing", async (what, right, wrong, said) => {
    expect(RULES).toContain(right);
    const app = scratch.at(`app-${what.replaceAll(/[^a-z0-9]/gi, "-")}`);
    writeApplication(app, RULES.replace(right, wrong));
    const { exitCode, err } = await spawnAura(["start", "--app", app, "--data", bank.folder.path, "--json"]);
    expect([exitCode, JSON.parse(err)]).toMatchObject([6, { error: { code: "runtime/application_broken" } }]);
    expect(err).toMatch(said);
    expect(err).toMatch(/governance\/[a-z_]+: /);
    expect(await stateOf()).toEqual(before);
  });
});

/** An application whose rules stand in a YAML file of their own. */
function writeApplication(folder: string, rules: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "rules.yaml"), rules);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(folder, "application.js"),
    `import { readFileSync } from "node:fs";
import { parseReleaseText } from ${JSON.stringify(GOVERNANCE)};
const text = readFileSync(new URL("rules.yaml", import.meta.url), "utf8");
export const application = {
  name: "rules",
  release: parseReleaseText(text, { file: "rules.yaml", format: "yaml" }),
  agents: [{ name: "payer", version: "1", body: () => null }],
  missions: [],
  upstreams: ({ node }) => [{ name: "bank", command: node, args: [], env: {} }],
};
`,
  );
}
