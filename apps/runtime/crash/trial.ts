import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadApplication } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import { peopleFolder } from "../src/demo/people.ts";
import { prepareDemo } from "../src/demo/prepare.ts";
import type { CrashPlan, CrashPoint, WorkCount } from "./crash-point.ts";
import type { Break } from "./die-at.ts";
import { inspect } from "./inspect.ts";
import type { Findings } from "./inspect.ts";
import type { Launch } from "./office.ts";
import { runShop } from "./run-shop.ts";
import type { RunEnd, Shop } from "./run-shop.ts";
import { faultsOf } from "./verdict.ts";

/** Who approves: not Tomas, who owns a share of a supplier. */
const APPROVER = "ines.key";

/** How often a first point is looked for. */
const HIT_TRIES_MAX = 3;

/** The kills of one plan and everything after them. */
export interface Trial {
  readonly plan: CrashPlan | readonly [];
  /** Nothing if every promise was kept. */
  readonly faults: readonly string[];
  /** How many of the plan's kills hit: the second one is for a recovery that gets that far. */
  readonly kills: number;
  /** Entries of the log when the process died first. */
  readonly entriesAtKill: number;
  readonly entries: number;
  /** How long the run took that finished the work. */
  readonly recoveryMs: number;
  /** How much of that passed before it served. */
  readonly startMs: number;
  /** How long the call that waited longest waited for its vote, and for its intent then: kills and starts included. */
  readonly votedAfterMs: number;
  readonly usedAfterMs: number;
  /** What the people were refused meanwhile. No fault by itself: they ask again. */
  readonly troubles: readonly string[];
}

/** What a trial does. */
export interface TrialOrder {
  /** Nothing: it runs undisturbed. */
  readonly plan: CrashPlan | readonly [];
  readonly name: string;
  readonly agents: "inside" | "processes";
  readonly broken?: Break;
}

/** A founded data folder that every trial copies, and what an undisturbed run on it comes to. */
export interface Template {
  readonly folder: string;
  readonly shop: Shop;
  readonly work: WorkCount;
  readonly calm: Findings;
  /** The payments server's program, where it is not the application's. */
  readonly paymentsServer?: string;
  close(): void;
}

/** @throws if the application does not even run undisturbed, or breaks a promise then */
export async function makeTemplate(
  application: string,
  { paymentsServer }: { readonly paymentsServer?: string } = {},
): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), "aura-crash-"));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const data = join(folder, "founded");
    const rootFolder = `${data}.root`;
    const loaded = await loadApplication(application);
    const parts = { folder: dataFolder(data), rootFolder, org: "crash.example", decorators: {}, model: undefined };
    await prepareDemo(loaded, parts);
    const approver = join(peopleFolder(rootFolder), APPROVER);
    const compiled = join(tmpdir(), "aura-crash-compile-cache");
    const shop: Shop = { application, missions: await missionsIn(loaded.module), approver, compiled };
    const calm = join(folder, "calm");
    cpSync(data, calm, { recursive: true });
    const errand = { sends: `${calm}.sends`, counts: `${calm}.counts` };
    writeFileSync(errand.sends, "");
    const end = await runShop(shop, calm, errand);
    if (!end.done) throw new Error(`The application fails without any crash: ${end.said}`);
    const findings = await inspect(calm, errand.sends);
    const faults = await faultsOf(calm, { calm: findings, deaths: [], after: findings });
    if (faults.length > 0) throw new Error(`Without any crash, already:\n${faults.join("\n")}`);
    const counted = countedIn(errand.counts);
    if (counted === null) throw new Error("The application did nothing.");
    const work = { ...counted, booking: findings.ledger.length };
    return { folder, shop, work, calm: findings, close, ...(paymentsServer === undefined ? {} : { paymentsServer }) };
  } catch (error) {
    close();
    throw error;
  }
}

/** The missions as people write them: the API parses them itself. */
async function missionsIn(module: string | undefined): Promise<readonly Launch[]> {
  if (module === undefined) throw new TypeError("An application that was loaded has a module.");
  const { application } = (await import(pathToFileURL(module).href)) as {
    readonly application: { readonly missions: readonly Launch[] };
  };
  return application.missions;
}

/** Kills the shop as planned, lets it recover, and judges what is left. */
export async function runTrial(template: Template, { plan, name, agents, broken }: TrialOrder): Promise<Trial> {
  const { shop, paymentsServer } = template;
  const data = join(template.folder, name);
  const files = {
    sends: `${data}.sends`,
    counts: `${data}.counts`,
    ...(paymentsServer === undefined ? {} : { paymentsServer }),
    ...(agents === "inside" ? { agents } : {}),
    ...(broken === undefined ? {} : { broken }),
  };
  const found = (): void => {
    for (const path of [data, files.sends, files.counts]) rmSync(path, { recursive: true, force: true });
    cpSync(join(template.folder, "founded"), data, { recursive: true });
    writeFileSync(files.sends, "");
  };
  found();
  const deaths: Findings[] = [];
  const faults: string[] = [];
  const troubles: string[] = [];
  let last: RunEnd | undefined;
  for (const [index, planned] of plan.entries()) {
    let point: CrashPoint = planned;
    last = await runShop(shop, data, { ...files, point });
    // How many commits a run makes hangs on the clock too (a checkpoint each second): a point past its end moves to its end.
    for (let tries = 1; index === 0 && !last.killed && tries < HIT_TRIES_MAX; tries += 1) {
      const counted = countedIn(files.counts)?.[point.at] ?? 0;
      if (counted === 0) break;
      point = { ...point, nth: Math.min(point.nth, counted) };
      found();
      last = await runShop(shop, data, { ...files, point });
    }
    troubles.push(...last.troubles);
    if (last.killed) deaths.push(await inspect(data, files.sends));
    else if (index === 0) faults.push(`the kill hit no work: ${last.said}`);
    if (!last.killed) break;
  }
  if (last?.done !== true) {
    last = await runShop(shop, data, files);
    troubles.push(...last.troubles);
  }
  const after = await inspect(data, files.sends);
  if (!last.done) faults.push(`it was started again and did not come to its end: ${last.said}`);
  faults.push(...(await faultsOf(data, { calm: template.calm, deaths, after })));
  if (faults.length === 0)
    for (const path of [data, files.sends, files.counts]) rmSync(path, { recursive: true, force: true });
  return {
    plan,
    faults,
    kills: deaths.length,
    entriesAtKill: deaths[0]?.size ?? 0,
    entries: after.size,
    recoveryMs: last.tookMs,
    startMs: last.startMs,
    votedAfterMs: Math.max(0, ...after.calls.map((call) => call.votedAfterMs ?? 0)),
    usedAfterMs: Math.max(0, ...after.calls.map((call) => call.usedAfterMs ?? 0)),
    troubles,
  };
}

/** What a run counted that was not killed; `null` if it did nothing. */
function countedIn(path: string): WorkCount | null {
  return JSON.parse(readFileSync(path, "utf8")) as WorkCount | null;
}

/** For the eye of somebody who looks into a failed trial. */
export function keptAt(template: Template, name: string): string | undefined {
  const data = join(template.folder, name);
  return existsSync(data) ? data : undefined;
}
