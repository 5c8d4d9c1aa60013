// What a durable step and a governed call cost: node --conditions=@aura/source packages/engine/bench/step.bench.ts [--quick]
// Workloads are named as in other engines' measurements: W1 sequential steps of one run, W2 many runs of ten steps with a
// bounded number in flight, W4 whether a step costs more when the history is long, W4r replay of a recorded history.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { missionProjection } from "@aura/mission";
import { type TestWorld, aDefinition, aMission, aTool, aWorld } from "@aura/mission/testing";
import { type LogStore, openMemoryLogStore, openSqliteLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { systemRandom } from "@aura/trust";
import { type AgentFunction, type Presenter, type RunEnd, executeRun } from "../src/index.ts";
import { FakeTimers } from "../src/testing/index.ts";
import { aPresenter, anAgent } from "../test/support/a-run.ts";

const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 1 : 5;
const RUNS = QUICK ? 200 : 1_000;
const STEPS = 10;
const IN_FLIGHT = [1, 100, 500];
const LONG = QUICK ? 1_000 : 5_000;
const PAYLOAD = "x".repeat(100);

interface Bench {
  readonly world: TestWorld & { readonly timers: FakeTimers };
  close(): Promise<void>;
}

const steps =
  (count: number, marks?: number[]): AgentFunction =>
  async (_mission, ctx) => {
    for (let index = 0; index < count; index += 1) {
      await ctx.step(`s${index}`, async () => ({ index, value: PAYLOAD }));
      marks?.push(performance.now());
    }
    return count;
  };

const calls =
  (count: number): AgentFunction =>
  async (_mission, ctx) => {
    for (let index = 0; index < count; index += 1)
      await ctx.call("read_note", { path: `note-${index}`, amount: PAYLOAD });
    return count;
  };

const ONLY = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length) ?? "";

for (const store of ["sqlite", "memory"] as const) {
  await measure(`W1 step ${store}`, store, w1);
  for (const inFlight of IN_FLIGHT) {
    await measure(`W2 step ${store}, ${inFlight} in flight`, store, (bench) => w2(bench, steps(STEPS), inFlight));
  }
  for (const inFlight of IN_FLIGHT) {
    await measure(`W2 governed call ${store}, ${inFlight} in flight`, store, (bench) =>
      w2(bench, calls(STEPS), inFlight),
    );
  }
  await measure(`W4 ${LONG} steps ${store}`, store, w4);
  await measure(`W4r replay of ${LONG} steps ${store}`, store, w4r);
}
process.stdout.write(
  `\nnode ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, SQLite WAL synchronous=FULL, ${ROUNDS} rounds: median (lowest to highest)\n`,
);

type Figures = { readonly [figure: string]: number };

/** Runs a workload on a fresh store for each round and prints the median and the spread of each figure. */
async function measure(
  name: string,
  store: "sqlite" | "memory",
  workload: (bench: Bench) => Promise<Figures>,
): Promise<void> {
  if (!name.includes(ONLY)) return;
  const rounds: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bench = await aBench(store);
    rounds.push(await workload(bench));
    await bench.close();
  }
  const figures = Object.keys(rounds[0] ?? {}).map((figure) => {
    const values = rounds.map((round) => round[figure] ?? Number.NaN).toSorted((one, other) => one - other);
    const [low, middle, high] = [values[0], values[values.length >> 1], values.at(-1)].map((value) =>
      rounded(value ?? Number.NaN),
    );
    return `${figure} ${middle} (${low} to ${high})`;
  });
  process.stdout.write(`${name}: ${figures.join(", ")}\n`);
}

/** Sequential runs of 100 steps: the time from one step to the next, as the function sees it. */
async function w1(bench: Bench): Promise<Figures> {
  const gaps: number[] = [];
  const missions = await missionsOf(bench, 10);
  const { cpuUs } = await timed(async () => {
    for (const mission of missions) {
      const marks: number[] = [];
      await execute(bench, mission, steps(100, marks));
      gaps.push(...marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark)));
    }
  });
  const sorted = gaps.toSorted((one, other) => one - other);
  return { "p50 ms": at(sorted, 0.5), "p99 ms": at(sorted, 0.99), "CPU us/step": cpuUs / (100 * missions.length) };
}

async function w2(bench: Bench, program: AgentFunction, inFlight: number): Promise<Figures> {
  const missions = await missionsOf(bench, inFlight === 1 ? RUNS / 10 : RUNS);
  const count = missions.length * STEPS;
  const { cpuUs, ms } = await timed(async () => {
    const waiting = [...missions];
    const worker = async (): Promise<void> => {
      for (let mission = waiting.pop(); mission !== undefined; mission = waiting.pop())
        await execute(bench, mission, program);
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  });
  return { "per s": (count * 1_000) / ms, "CPU us each": cpuUs / count };
}

async function w4(bench: Bench): Promise<Figures> {
  const [mission] = await missionsOf(bench, 1);
  const marks: number[] = [];
  await execute(bench, mission as Prepared, steps(LONG, marks));
  const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark));
  const tenth = Math.floor(gaps.length / 10);
  const p50 = (part: readonly number[]) =>
    at(
      part.toSorted((one, other) => one - other),
      0.5,
    );
  return { "first tenth p50 ms": p50(gaps.slice(0, tenth)), "last tenth p50 ms": p50(gaps.slice(-tenth)) };
}

/** From the call of executeRun to the first step after the recorded ones. */
async function w4r(bench: Bench): Promise<Figures> {
  const [mission] = (await missionsOf(bench, 1)) as [Prepared];
  const hangs: AgentFunction = async (agentMission, ctx) => {
    await steps(LONG)(agentMission, ctx);
    await ctx.step("hangs", () => new Promise<null>((resolve) => (reached = () => resolve(null))));
    return null;
  };
  let reached: (() => void) | undefined;
  void execute(bench, mission, hangs);
  while (reached === undefined) await new Promise((resolve) => setImmediate(resolve));
  reached = undefined;
  const begin = performance.now();
  const { cpuUs } = await timed(async () => {
    const end = execute(bench, mission, hangs);
    while (reached === undefined) await new Promise((resolve) => setImmediate(resolve));
    end.catch(() => undefined);
  });
  const ms = performance.now() - begin;
  (reached as unknown as () => void)();
  return { "ms to the next step": ms, "CPU us/step": cpuUs / LONG };
}

interface Prepared {
  readonly mission: string;
  readonly presenter: Presenter;
}

function execute({ world }: Bench, { mission, presenter }: Prepared, program: AgentFunction): Promise<RunEnd> {
  return executeRun(world, { mission, agent: anAgent(program), presenter });
}

/** Missions IN_PROGRESS, with credential and token. What it costs to bring them there is not measured here. */
async function missionsOf({ world }: Bench, count: number): Promise<readonly Prepared[]> {
  const definition = aDefinition({ tools: ["read_note"], timeout: "PT10H" });
  return Promise.all(
    Array.from({ length: count }, async () => {
      const mission = await aMission(world, { definition });
      return { mission: mission.id, presenter: await aPresenter(world, mission) };
    }),
  );
}

async function aBench(kind: "sqlite" | "memory"): Promise<Bench> {
  const clock = new FakeClock();
  const folder = mkdtempSync(join(tmpdir(), "aura-bench-"));
  const options = { clock, projections: [missionProjection] };
  const store: LogStore =
    kind === "memory"
      ? openMemoryLogStore(options)
      : await openSqliteLogStore({ ...options, path: join(folder, "aura.db") });
  const base = await aWorld({ store, clock, tools: [aTool()] });
  const world = { ...base, random: systemRandom as never, timers: new FakeTimers(clock) };
  return {
    world,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function timed(act: () => Promise<void>): Promise<{ readonly cpuUs: number; readonly ms: number }> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await act();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: user + system, ms: performance.now() - begin };
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
