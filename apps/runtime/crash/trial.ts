import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadApplication } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import { foundNamespace } from "../src/wire.ts";
import type { CrashPoint, WorkCount } from "./crash-point.ts";
import { inspect } from "./inspect.ts";
import { spawnDemo } from "./spawn-demo.ts";
import type { DemoEnd } from "./spawn-demo.ts";
import { faultsOf } from "./verdict.ts";

/** How often the same command is given again before a mission that is not CLOSED counts as stuck. */
const RUNS_MAX = 4;

/** One kill and everything after it. */
export interface Trial {
  readonly point: CrashPoint;
  /** Nothing if every promise was kept. */
  readonly faults: readonly string[];
  /** Entries of the log when the process died. */
  readonly entriesAtKill: number;
  readonly entries: number;
  /** How long the run took that finished the work. */
  readonly recoveryMs: number;
}

/** A founded data folder that every trial copies, and the work of an undisturbed run on it. */
export interface Template {
  readonly folder: string;
  readonly work: WorkCount;
  close(): void;
}

/** @throws if the demo does not even run undisturbed */
export async function makeTemplate(application: string): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), "aura-crash-"));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  const data = join(folder, "founded");
  const { release } = await loadApplication(application);
  await foundNamespace({ folder: dataFolder(data), rootFolder: `${data}.root`, org: "crash.example", release });
  const calm = join(folder, "calm");
  cpSync(data, calm, { recursive: true });
  const errand = { sends: join(folder, "calm.sends"), counts: join(folder, "calm.counts") };
  const end = await spawnDemo(calm, errand);
  if (end.exitCode !== 0) {
    close();
    throw new Error(`The demo fails without any crash:\n${end.output}`);
  }
  return { folder, close, work: JSON.parse(readFileSync(errand.counts, "utf8")) as WorkCount };
}

/** Kills the demo at a point, lets it recover, and judges what is left. */
export async function runTrial(template: Template, point: CrashPoint, name: string): Promise<Trial> {
  const data = join(template.folder, name);
  const sends = `${data}.sends`;
  const counts = `${data}.counts`;
  cpSync(join(template.folder, "founded"), data, { recursive: true });
  writeFileSync(sends, "");
  const first = await spawnDemo(data, { point, sends, counts });
  const atKill = await inspect(data, sends);
  const missed = first.killed ? [] : [`the kill hit no work: the run ended by itself (${lastLine(first)})`];
  const last = await recover(data, { sends, counts });
  const after = await inspect(data, sends);
  const ended = last.exitCode === 0 ? [] : [`the command did not finish: ${lastLine(last)}`];
  const faults = [...missed, ...ended, ...(await faultsOf(data, atKill, after))];
  if (faults.length === 0) for (const path of [data, sends, counts]) rmSync(path, { recursive: true, force: true });
  return { point, faults, entriesAtKill: atKill.size, entries: after.size, recoveryMs: last.tookMs };
}

async function recover(data: string, files: { readonly sends: string; readonly counts: string }): Promise<DemoEnd> {
  let end = await spawnDemo(data, files);
  for (let run = 1; run < RUNS_MAX && end.exitCode !== 0; run += 1) end = await spawnDemo(data, files);
  return end;
}

function lastLine({ output, exitCode }: DemoEnd): string {
  return `exit ${exitCode ?? "by signal"}: ${output.trimEnd().split("\n").slice(-4).join(" | ")}`;
}

/** For the eye of somebody who looks into a failed trial. */
export function keptAt(template: Template, name: string): string | undefined {
  const data = join(template.folder, name);
  return existsSync(data) ? data : undefined;
}
