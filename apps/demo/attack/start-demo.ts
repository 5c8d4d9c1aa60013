import { spawn } from "node:child_process";
import { alive } from "./demo-api.ts";
import { until } from "./system-wait.ts";

/** Above what the three missions of a first start take on a busy machine. */
const STORY_MS_MAX = 180_000;

interface MissionLine {
  readonly state: string;
  readonly waitsFor: string | null;
}

/** Starts the real demo in a process of its own and waits until its story has come as far as it does without a person. */
export async function startDemo(
  root: string,
  data: string,
  say: (line: string) => void,
): Promise<{ stop(): Promise<void> }> {
  say(`No demo runs in ${data}: one is started, and ended afterwards.`);
  const cli = ["--conditions=@aura/source", "tooling/launch.js", "apps/runtime/src/cli/main.ts"];
  const args = [...cli, "demo", "--app", "apps/demo", "--data", data, "--port", "0"];
  const demo = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (chunk: Uint8Array) => (text += chunk.toString()));
  const ended = new Promise<void>((resolve) => demo.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    demo.kill("SIGTERM");
    await ended;
  };
  const storyTold = async (): Promise<true | undefined> => {
    if (demo.exitCode !== null) throw new Error(`The demo ended with ${demo.exitCode}:\n${text}`);
    const running = await alive(data);
    if (running === undefined) return undefined;
    const { items } = await running.ask<{ readonly items: readonly MissionLine[] }>("GET", "/v1/missions");
    const isAtRest = items.every(({ state, waitsFor }) => state === "CLOSED" || waitsFor === "approval");
    return items.length >= FIRST_MISSIONS && isAtRest ? true : undefined;
  };
  try {
    await until("the demo's story", storyTold, STORY_MS_MAX);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Scenes 2, 3 and 4. */
const FIRST_MISSIONS = 3;
