import { type Broker, type Mission, type Tool, loadBoundary, loadEpochs } from "@aura/mission";
import {
  AN_AGENT,
  type CrashSide,
  type TestWorld,
  aDefinition,
  aMission,
  aTool,
  aWorld,
  aWriteTool,
  crashAtAppend,
  onStore,
} from "@aura/mission/testing";
import type { LogStore } from "@aura/store";
import type { FakeClock } from "@aura/store/testing";
import type { Entry, JsonObject } from "@aura/trust";
import { issueCredential, mintExecutionToken, proveCall, uuidv7 } from "@aura/trust";
import {
  type Agent,
  type AgentFunction,
  type Presenter,
  type RunEnd,
  type RunWorld,
  agent,
  executeRun,
} from "../../src/index.ts";
import { FakeTimers } from "../../src/testing/index.ts";

/** Mission's test world with timers on its clock, and one mission IN_PROGRESS. */
export interface TestRun {
  readonly world: TestWorld & { readonly timers: FakeTimers };
  readonly mission: Mission;
  readonly presenter: Presenter;
}

const TOOLS = [
  aTool(),
  aWriteTool(),
  aWriteTool({ name: "append_note", repeatable: true }),
  aTool({ name: "send_mail", class: "irreversible", description: "Sends a mail." }),
];

/** @param options `timeoutMs` of the mission: ten minutes unless told otherwise */
export async function aRun(
  options: {
    readonly store?: LogStore;
    readonly clock?: FakeClock;
    readonly timeoutMs?: number;
    readonly tools?: readonly Tool[];
  } = {},
): Promise<TestRun> {
  const { timeoutMs, tools = TOOLS, ...around } = options;
  const base = await aWorld({ tools, ...around });
  const world = { ...base, timers: new FakeTimers(base.clock) };
  const definition = aDefinition({ tools: tools.map(({ name }) => name), timeout: timeoutMs ?? "PT10M" });
  const mission = await aMission(world, { definition });
  return { world, mission, presenter: await aPresenter(world, mission) };
}

export function anAgent(body: AgentFunction, version = "1"): Agent {
  return agent(AN_AGENT, version, body);
}

/** An honest instance: real credential and token, a fresh proof for each call. */
export async function aPresenter(world: TestWorld, mission: Mission): Promise<Presenter> {
  const { authority, context, keys, random } = world;
  const boundary = await loadBoundary(world, mission.id);
  const epochs = await loadEpochs(world, mission.id);
  const nowMs = world.clock.nowMs();
  const issuer = `https://${authority.org}`;
  const jti = uuidv7(nowMs, random);
  const sub = `spiffe://${authority.org}/ns/${context.namespace}/agent/${mission.agent}/i/instance-1`;
  const credential = await issueCredential(keys.credential, {
    issuer,
    org: authority.org,
    namespace: context.namespace,
    agent: mission.agent,
    instance: "instance-1",
    key: keys.agent.publicKey,
    epochs: { org: epochs.org, namespace: epochs.namespace, agent: epochs.agent },
    nowMs,
    ttlMs: 3_600_000,
    jti,
  });
  const mint = (atMs: number): Promise<string> =>
    mintExecutionToken(keys.token, {
      issuer,
      audience: authority.audience,
      credential: { sub, jti },
      key: keys.agent.publicKey,
      mission: mission.id,
      boundary: mission.boundary ?? ("" as never),
      level: "L1",
      tools: Object.fromEntries((boundary?.tools ?? []).map(({ name, constraints }) => [name, constraints])),
      epochs,
      nowMs: atMs,
      ttlMs: 600_000,
      jti: uuidv7(atMs, random),
    });
  let token = { text: await mint(nowMs), atMs: nowMs };
  return {
    actor: { id: mission.agent, custody: "runtime" },
    async present({ call, tool, commitment }) {
      const atMs = world.clock.nowMs();
      if (atMs - token.atMs > 300_000) token = { text: await mint(atMs), atMs };
      const { audience } = authority;
      const proof = await proveCall(keys.agent, {
        call,
        tool,
        commitment,
        audience,
        token: token.text,
        nowMs: atMs,
        jti: uuidv7(atMs, random),
      });
      return { credential, token: token.text, proof };
    },
  };
}

/** Executes the run and moves the clock whenever everything waits for it; never to the deadline unless told so. */
export async function executed(
  { world, mission, presenter }: TestRun,
  program: Agent | AgentFunction,
  options: { readonly past?: "deadline" } = {},
): Promise<RunEnd> {
  const program_ = typeof program === "function" ? anAgent(program) : program;
  const end = executeRun(world, { mission: mission.id, agent: program_, presenter });
  return whenSettled(world, end, options.past === "deadline" ? Infinity : (mission.deadlineMs ?? Infinity));
}

/** Macrotasks without a result after which everything seems to wait for the clock. */
const QUIET_MACROTASKS = 40;
/** And after which nothing will come any more. */
const SILENT_ROUNDS_MAX = 2_000;

/** Waits for `promise`, moving the clock to the next due time whenever nothing else seems to go on. */
export async function whenSettled<Value>(
  { timers }: { readonly timers: FakeTimers },
  promise: Promise<Value>,
  untilMs: number,
): Promise<Value> {
  let settled = false;
  const done = promise.finally(() => (settled = true));
  done.catch(() => undefined);
  for (let silent = 0; silent < SILENT_ROUNDS_MAX; silent += 1) {
    for (let quiet = 0; quiet < QUIET_MACROTASKS && !settled; quiet += 1) await aMacrotask();
    if (settled) return done;
    const next = timers.due().find((timeMs) => timeMs < untilMs);
    if (next === undefined) continue;
    timers.advanceTo(next);
    silent = 0;
  }
  throw new Error("The run waits for nothing that can come.");
}

export function aMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Long enough for everything that waits for nothing to come to rest. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < QUIET_MACROTASKS; turn += 1) await aMacrotask();
}

/** The same mission seen by a process that will die, or by the next one. */
export function behind(run: TestRun, store: LogStore): TestRun {
  const timers = new FakeTimers(run.world.clock);
  return { ...run, world: { ...onStore(run.world, store), timers } };
}

/** The run in a process that dies at its `nth` append: from then on it neither writes nor sends. */
export function mortal(run: TestRun, nth: number, side: CrashSide): TestRun {
  const store = crashAtAppend(run.world.store, nth, side);
  const dying = behind(run, store);
  const { broker } = run.world;
  const send: Broker["send"] = async (sending) => {
    await store.size(run.world.context); // a dead process sends nothing
    return broker.send(sending);
  };
  const mortalBroker = new Proxy(broker, {
    get: (target, member) => (member === "send" ? send : bound(target, member)),
  });
  return { ...dying, world: { ...dying.world, broker: mortalBroker } };
}

function bound(target: object, member: string | symbol): unknown {
  const value: unknown = Reflect.get(target, member, target);
  return typeof value === "function" ? value.bind(target) : value;
}

/** The entries of one stream. */
export async function entriesOf(world: RunWorld, stream: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of world.store.read(world.context, stream, 0)) entries.push(entry);
  return entries;
}

export function runEntries({ world, mission }: TestRun, run = 1): Promise<readonly Entry[]> {
  return entriesOf(world, `mission/${mission.id}/run/${run}`);
}

/** What a run's entries say, without times, ids and commitments. */
export async function story(run: TestRun): Promise<readonly string[]> {
  return (await runEntries(run)).map(({ type, data }) => `${type} ${told(data)}`.trim());
}

function told({ operation, kind, name, end, agent: by, version }: JsonObject): string {
  const parts = [operation, kind, name, end, by, version].filter((part) => part !== undefined);
  return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ");
}
