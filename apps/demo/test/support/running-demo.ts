import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const WORKSPACE = fileURLToPath(new URL("../../../..", import.meta.url));
const CONDITIONS = "--conditions=@aura/source";

/** One line of what `pnpm demo --json` says. */
export interface DemoLine {
  readonly runtime?: { readonly pid: number; readonly url: string; readonly page: string };
  readonly died?: { readonly pid: number; readonly signal: string };
  readonly back?: { readonly pid: number; readonly url: string };
  readonly played?: number;
  readonly scene?: number;
  readonly approval?: string;
  readonly mission?: string;
  readonly entry?: { readonly stream: string; readonly type: string; readonly data: { readonly tool?: string } };
}

/** The demo as somebody at a shell has it: the real command, with everything that it starts. */
export interface RunningDemo {
  readonly child: ChildProcess;
  readonly data: string;
  readonly errors: () => string;
  /** The next line, from `after` on, for which it holds; lines come as they are said. @throws when the demo ends first */
  line(holds: (line: DemoLine) => boolean, after?: number): Promise<DemoLine>;
  /** How many lines were said. */
  said(): number;
  /** Ends it as Ctrl-C does; answers the exit code. */
  end(): Promise<number | null>;
}

export function startDemo(data: string, args: readonly string[] = []): RunningDemo {
  const child = spawn(process.execPath, [CONDITIONS, "tooling/demo.js", "--data", data, "--json", ...args], {
    cwd: WORKSPACE,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: data },
  });
  const lines: DemoLine[] = [];
  const waiting = new Set<() => void>();
  const ended = once(child, "close");
  let over = false;
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const wake = (): void => {
    for (const one of waiting) one();
  };
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text) as DemoLine);
    wake();
  });
  void ended.then(() => {
    over = true;
    wake();
  });
  return {
    child,
    data,
    errors: () => errors,
    said: () => lines.length,
    line: async (holds, after = 0) => {
      for (let next = after; ;) {
        for (; next < lines.length; next += 1) {
          const line = lines[next];
          if (line !== undefined && holds(line)) return line;
        }
        if (over) throw new Error(`The demo ended: ${errors}`);
        await new Promise<void>((resolve) => {
          const one = (): void => {
            waiting.delete(one);
            resolve();
          };
          waiting.add(one);
        });
      }
    },
    end: async () => {
      child.kill("SIGINT");
      const [exitCode] = (await ended) as [number | null];
      return exitCode;
    },
  };
}

/** A command of the workspace, to its end. */
export async function command(
  script: "apps/runtime/src/cli/main.ts" | "apps/demo/src/altered-vote.ts",
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [CONDITIONS, "tooling/launch.js", script, ...args], {
    cwd: WORKSPACE,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, text };
}
