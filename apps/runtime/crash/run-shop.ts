import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dataFolder } from "../src/data-folder.ts";
import type { Errand } from "./die-at.ts";
import { openOffice } from "./office.ts";
import type { Launch, Office } from "./office.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
/** Longer than any run takes, recovery included. */
const RUN_MS_MAX = 120_000;
/** Entries after which there may be something for a person to do. */
const ASKS = ["call.parked", "mission.approval_requested", "mission.sealed", "mission.abandoned"];
const SAID_MAX = 40;
/** People look again by themselves, if what they did last did not come to its end. */
const LOOK_AGAIN_MS = 1_000;

/** What a run works on. */
export interface Shop {
  /** Path of the application's folder. */
  readonly application: string;
  readonly missions: readonly Launch[];
  /** Path of the key file of the person who approves. */
  readonly approver: string;
  /** Where processes keep what they compiled: their start is most of what they cost. */
  readonly compiled: string;
}

/** How one run ended. */
export interface RunEnd {
  /** Every mission is CLOSED. */
  readonly done: boolean;
  readonly killed: boolean;
  /** What the people were refused while it served, each in a sentence. That it dies on them is no trouble. */
  readonly troubles: readonly string[];
  /** The last of what it said that is no entry. */
  readonly said: string;
  readonly tookMs: number;
  /** How much of it passed before it served; all of it, if it never did. */
  readonly startMs: number;
}

/**
 * Runs the shop once as people would: `aura start` as a process group of its own, its missions launched and its approvals
 * signed over HTTP while it serves, until every mission is CLOSED or it dies. What a run that died had launched or signed is
 * launched and signed again: that must change nothing.
 */
export function runShop(shop: Shop, data: string, errand: Errand): Promise<RunEnd> {
  const startedMs = performance.now();
  const args = [
    "start",
    "--app",
    shop.application,
    "--data",
    data,
    "--listen",
    "127.0.0.1:0",
    "--page",
    join(data, "no-page"),
    "--json",
  ];
  const child = spawn(process.execPath, ["--conditions=@aura/source", CHILD, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, AURA_CRASH: JSON.stringify(errand), NODE_COMPILE_CACHE: shop.compiled },
  });
  const said: string[] = [];
  const troubles: string[] = [];
  const hear = (text: string): void => void (said.push(text) > SAID_MAX && said.shift());
  let office: Office | undefined;
  let work = Promise.resolve();
  let done = false;
  let startMs: number | undefined;
  /** One thing after another; what fails because the runtime is gone is done by the next run. */
  const then = (act: () => Promise<void>): void => {
    work = work.then(act).catch((error: unknown) => {
      hear(`the office: ${String(error)}`);
      if (!isGone(error)) troubles.push(String(error));
    });
  };
  const look = async (): Promise<void> => {
    if (office === undefined || done) return;
    await office.approve();
    done = await office.isDone(shop.missions.length);
    if (done) child.kill("SIGTERM");
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = parse(line);
    if (typeof told["serves"] === "string") {
      startMs = performance.now() - startedMs;
      const key = readFileSync(dataFolder(data).operatorKey, "utf8").trimEnd();
      office = openOffice({ url: told["serves"], key, approver: shop.approver });
      then(() => office?.launch(shop.missions) ?? Promise.resolve());
      then(look);
    } else if (ASKS.some((type) => line.includes(`"type":"${type}"`))) then(look);
    else if (told["entry"] === undefined) hear(line);
  });
  createInterface({ input: child.stderr }).on("line", hear);
  const again = setInterval(() => then(look), LOOK_AGAIN_MS);
  const killGroup = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
  };
  const watchdog = setTimeout(() => {
    hear(`It was not done within ${RUN_MS_MAX} ms.`);
    killGroup();
  }, RUN_MS_MAX);
  process.once("exit", killGroup);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(watchdog);
      clearInterval(again);
      process.off("exit", killGroup);
      hear(`exit ${signal ?? exitCode}`);
      const tookMs = performance.now() - startedMs;
      void work.then(() =>
        resolve({
          done,
          killed: signal === "SIGKILL",
          troubles,
          said: said.join(" | "),
          tookMs,
          startMs: startMs ?? tookMs,
        }),
      );
    });
  });
}

/** What `fetch` throws when whom it asks is not there any more. */
function isGone(error: unknown): boolean {
  return error instanceof TypeError && error.cause !== undefined;
}

function parse(line: string): { readonly [member: string]: unknown } {
  try {
    return JSON.parse(line) as { readonly [member: string]: unknown };
  } catch {
    return {};
  }
}
