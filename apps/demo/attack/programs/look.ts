import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runningDemo } from "../demo-api.ts";
import type { Program } from "../program.ts";
import { until } from "../system-wait.ts";

const CLI = fileURLToPath(import.meta.resolve("@aura/runtime")).replace(/index\.ts$/, "cli/main.ts");
const APPLICATION = fileURLToPath(new URL("../..", import.meta.url));

interface Call {
  readonly tool: string;
  readonly state: string;
  readonly arguments: unknown;
  readonly end: { readonly result: unknown } | null;
  /** Texts that are not the ones that the log commits to, by member. */
  readonly lost: { readonly [member: string]: string };
}

/** `look FOLDER`: starts a runtime on a copy, asks its API what the page would show of the payments, and stops it. */
export const look: Program = async ([folder = ""], { say }) => {
  if (folder === "") throw new Error("Write: look FOLDER");
  rmSync(join(folder, "runtime.json"), { force: true });
  const args = [
    "--conditions=@aura/source",
    CLI,
    "start",
    "--app",
    APPLICATION,
    "--data",
    folder,
    "--listen",
    "127.0.0.1:0",
  ];
  const runtime = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise<number>((resolve) => runtime.once("close", (exitCode) => resolve(exitCode ?? 1)));
  try {
    const demo = await until("the runtime on the copy", async () => {
      if (runtime.exitCode !== null) throw new Error(`The runtime did not start: exit code ${runtime.exitCode}.`);
      try {
        return runningDemo(folder);
      } catch {
        return undefined; // not there yet
      }
    });
    const { items } = await demo.ask<{ readonly items: readonly { readonly id: string }[] }>("GET", "/v1/missions");
    for (const { id } of items) {
      const { calls } = await demo.ask<{ readonly calls: readonly Call[] }>("GET", `/v1/missions/${id}`);
      for (const call of calls.filter(({ tool }) => tool === "pay")) {
        const shown = (member: string, value: unknown): string => JSON.stringify(call.lost[member] ?? value);
        say(`pay ${call.state}: ${shown("arguments", call.arguments)} -> ${shown("result", call.end?.result ?? null)}`);
      }
    }
  } finally {
    runtime.kill("SIGTERM");
  }
  await ended;
  return 0;
};
