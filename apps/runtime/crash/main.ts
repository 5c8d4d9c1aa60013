// `crash --kills N --seed S [--points commit:12:before,booking:3:before+send:2:after] [--at-once N] [--agents processes] [--app DIR] [--payments-server FILE]`
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agentsOf, findPlan, formatPlan, pickPlans } from "./crash-point.ts";
import type { CrashPlan } from "./crash-point.ts";
import { keptAt, makeTemplate, runTrial } from "./trial.ts";
import type { Template, Trial } from "./trial.ts";

const APPLICATION = fileURLToPath(new URL("../../demo", import.meta.url));
const KILLS_MAX = 10_000;

// Whoever ends the harness ends what it runs.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const order = readOrder(args);
  if (typeof order === "string") {
    process.stderr.write(
      `${order}\nWrite: crash --kills 30 --seed 7 [--points commit:12:before,booking:3:before+send:2:after] [--at-once 2]\n`,
    );
    return 2;
  }
  process.stdout.write(`Seed ${order.seed}. An undisturbed run comes first.\n`);
  const startedMs = performance.now();
  const template = await makeTemplate(order.application, order);
  const { commit, send, undo, vote, booking } = template.work;
  process.stdout.write(
    `It makes ${commit} commits (${undo} commits and sends that undo, ${vote} commits with votes), ${send} sends and ${booking} bookings.\n\n`,
  );
  const plans = order.plans ?? pickPlans(order.seed, order.kills, template.work);
  const trials = await runAll(template, plans, order);
  const failed = trials.filter(({ faults }) => faults.length > 0);
  const kills = trials.reduce((sum, trial) => sum + trial.kills, 0);
  const tookS = Math.round((performance.now() - startedMs) / 1000);
  const faults = failed.reduce((sum, trial) => sum + trial.faults.length, 0);
  process.stdout.write(
    `\n${trials.length - failed.length} of ${trials.length} trials kept every promise, with ${kills} kills and ${faults} faults, in ${tookS} s.\n`,
  );
  if (failed.length === 0) template.close();
  else
    process.stdout.write(`What failed is kept in ${template.folder}; the same seed repeats it: --seed ${order.seed}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** Runs the trials, `atOnce` side by side, and prints a row for each as it ends. */
async function runAll(
  template: Template,
  plans: readonly CrashPlan[],
  { atOnce, agents }: Pick<Order, "atOnce" | "agents">,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  const queue = [...plans.entries()];
  process.stdout.write(
    "  #  killed at                             kills   entries then   at the end  recovery   start    vote  intent  verdict\n",
  );
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, plan] = next;
        const name = `trial-${index + 1}`;
        const trial = await runTrial(template, { plan, name, agents: agents === "mixed" ? agentsOf(index) : agents });
        trials.push(trial);
        process.stdout.write(rowOf(index + 1, trial, keptAt(template, name)));
      }
    }),
  );
  return trials;
}

function rowOf(
  number: number,
  { plan, faults, kills, entriesAtKill, entries, recoveryMs, startMs, votedAfterMs, usedAfterMs, troubles }: Trial,
  kept: string | undefined,
): string {
  const columns = [
    String(number).padStart(3),
    formatPlan(plan).padEnd(36),
    String(kills).padStart(5),
    String(entriesAtKill).padStart(13),
    String(entries).padStart(11),
    seconds(recoveryMs).padStart(8),
    seconds(startMs).padStart(6),
    seconds(votedAfterMs).padStart(6),
    seconds(usedAfterMs).padStart(6),
    faults.length === 0 ? "ok" : "FAILED",
  ];
  const details = [...faults, ...troubles.map((trouble) => `the people were told: ${trouble}`)]
    .map((detail) => `       ${detail}\n`)
    .join("");
  return `${columns.join("  ")}\n${details}${kept === undefined ? "" : `       kept in ${kept}\n`}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

interface Order {
  readonly kills: number;
  readonly seed: number;
  readonly atOnce: number;
  readonly plans: readonly CrashPlan[] | undefined;
  readonly application: string;
  readonly agents: "mixed" | "processes";
  /** Instead of the application's own payments server: to see a verdict fail. */
  readonly paymentsServer?: string;
}

/** The order, or a sentence that says what is wrong with it. */
function readOrder(args: readonly string[]): Order | string {
  const options = {
    kills: text("30"),
    seed: text("1"),
    points: text(""),
    "at-once": text("2"),
    agents: text("mixed"),
    app: text(APPLICATION),
    "payments-server": text(""),
  } as const;
  let values: Readonly<Record<keyof typeof options, string>>;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const [kills, seed, atOnce] = [values.kills, values.seed, values["at-once"]].map(Number);
  if (!isWithin(kills, 1, KILLS_MAX)) return "--kills is a number from 1.";
  if (!isWithin(seed, 0, 0xffff_ffff)) return "--seed is a number from 0 to 4294967295.";
  if (!isWithin(atOnce, 1, 64)) return "--at-once is a number from 1 to 64.";
  const { agents } = values;
  if (!isAgents(agents)) return "--agents is mixed or processes.";
  const server = values["payments-server"] === "" ? {} : { paymentsServer: values["payments-server"] };
  const rest = { kills, seed, atOnce, agents, application: values.app, ...server };
  if (values.points === "") return { ...rest, plans: undefined };
  const plans = values.points.split(",").map(findPlan);
  if (plans.includes(undefined)) return "--points are written like commit:12:before,booking:3:before+send:2:after.";
  return { ...rest, plans: plans.filter((plan) => plan !== undefined) };
}

function isAgents(text: string): text is Order["agents"] {
  return text === "mixed" || text === "processes";
}

function isWithin(value: number | undefined, least: number, most: number): value is number {
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most;
}

function text<const Default extends string>(value: Default) {
  return { type: "string", default: value } as const;
}
