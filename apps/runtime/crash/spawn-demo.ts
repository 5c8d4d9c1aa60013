import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Errand } from "./die-at.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const APPLICATION = fileURLToPath(new URL("../../demo/test/invoice-clerk", import.meta.url));
/** Longer than any run takes, recovery included. */
const RUN_MS_MAX = 60_000;

/** How one process of the demo ended. */
export interface DemoEnd {
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** Standard output and error together. */
  readonly output: string;
  readonly tookMs: number;
}

/** All processes of a harness share what they compile: their start is most of what they cost. */
function environmentOf(errand: Errand): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AURA_CRASH: JSON.stringify(errand),
    NODE_COMPILE_CACHE: join(tmpdir(), "aura-crash-compile-cache"),
  };
}

/** Runs the demo as a process group of its own, so that its upstream servers die with it. */
export function spawnDemo(data: string, errand: Errand): Promise<DemoEnd> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    ["--conditions=@aura/source", CHILD, "demo", "--app", APPLICATION, "--data", data],
    { detached: true, stdio: ["ignore", "pipe", "pipe"], env: environmentOf(errand) },
  );
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const watchdog = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), RUN_MS_MAX);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(watchdog);
      resolve({
        killed: signal === "SIGKILL",
        exitCode,
        output: Buffer.concat(chunks).toString(),
        tookMs: performance.now() - startedMs,
      });
    });
  });
}
