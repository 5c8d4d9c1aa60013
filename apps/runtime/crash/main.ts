// `crash --kills N --seed S [--points commit:12:before,send:3:after] [--at-once N]`
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findPoint, formatPoint, pickPoints } from "./crash-point.ts";
import type { CrashPoint } from "./crash-point.ts";
import { keptAt, makeTemplate, runTrial } from "./trial.ts";
import type { Template, Trial } from "./trial.ts";

const APPLICATION = fileURLToPath(new URL("../../demo", import.meta.url));
const KILLS_MAX = 10_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const order = readOrder(args);
  if (typeof order === "string") {
    process.stderr.write(
      `${order}\nWrite: crash --kills 30 --seed 7 [--points commit:12:before,send:3:after] [--at-once 2]\n`,
    );
    return 2;
  }
  process.stdout.write(`Seed ${order.seed}. An undisturbed run comes first.\n`);
  const template = await makeTemplate(APPLICATION);
  const { commits, sends } = template.work;
  process.stdout.write(`It makes ${commits} commits and ${sends} sends.\n\n`);
  const points = order.points ?? pickPoints(order.seed, order.kills, template.work);
  const trials = await runAll(template, points, order.atOnce);
  const failed = trials.filter(({ faults }) => faults.length > 0);
  process.stdout.write(`\n${trials.length - failed.length} of ${trials.length} kills kept every promise.\n`);
  if (failed.length === 0) template.close();
  else
    process.stdout.write(`What failed is kept in ${template.folder}; the same seed repeats it: --seed ${order.seed}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** Runs the trials, `atOnce` side by side, and prints a row for each as it ends. */
async function runAll(template: Template, points: readonly CrashPoint[], atOnce: number): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  const queue = [...points.entries()];
  process.stdout.write("  #  killed at             entries then  at the end  recovery  verdict\n");
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, point] = next;
        const name = `trial-${index + 1}`;
        const trial = await runTrial(template, point, name);
        trials.push(trial);
        process.stdout.write(rowOf(index + 1, trial, keptAt(template, name)));
      }
    }),
  );
  return trials;
}

function rowOf(
  number: number,
  { point, faults, entriesAtKill, entries, recoveryMs }: Trial,
  kept: string | undefined,
): string {
  const columns = [
    String(number).padStart(3),
    formatPoint(point).padEnd(20),
    String(entriesAtKill).padStart(13),
    String(entries).padStart(11),
    `${(recoveryMs / 1000).toFixed(1)} s`.padStart(9),
    faults.length === 0 ? "ok" : "FAILED",
  ];
  const details = faults.map((fault) => `       ${fault}\n`).join("");
  return `${columns.join("  ")}\n${details}${kept === undefined ? "" : `       kept in ${kept}\n`}`;
}

interface Order {
  readonly kills: number;
  readonly seed: number;
  readonly atOnce: number;
  readonly points: readonly CrashPoint[] | undefined;
}

/** The order, or a sentence that says what is wrong with it. */
function readOrder(args: readonly string[]): Order | string {
  const options = { kills: text("30"), seed: text("1"), points: text(""), "at-once": text("2") } as const;
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
  if (values.points === "") return { kills, seed, atOnce, points: undefined };
  const points = values.points.split(",").map(findPoint);
  if (points.includes(undefined)) return "--points are written like commit:12:before,send:3:after.";
  return { kills, seed, atOnce, points: points.filter((point) => point !== undefined) };
}

function isWithin(value: number | undefined, least: number, most: number): value is number {
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most;
}

function text<const Default extends string>(value: Default) {
  return { type: "string", default: value } as const;
}
