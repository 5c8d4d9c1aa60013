import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlacedAttack, Step } from "./attack.ts";
import { judge, verdictOf } from "./verdict.ts";
import type { AttackVerdict, Ran, StepVerdict } from "./verdict.ts";

const PNPM = "npx -y pnpm@12.18.0 ";

export type RunCommand = (command: string) => Promise<Ran>;

/** Runs an attack as it is printed, and says of each step whether it went as stated. Nothing that failed is left out. */
export async function runAttack(
  attack: PlacedAttack,
  run: RunCommand,
  say: (line: string) => void,
): Promise<AttackVerdict> {
  say(`${attack.n}. ${attack.title}`);
  const verdicts: StepVerdict[] = [];
  for (const step of attack.steps) {
    const ran = await run(step.command);
    const verdict = judge(step, ran);
    verdicts.push(verdict);
    say(`   ${markOf(step, verdict)} ${step.does}`);
    if (verdict.kind === "as_stated") continue;
    for (const reason of verdict.because) say(`           ${reason}`);
    say(`           $ ${step.command}`);
    for (const line of ran.text.trimEnd().split("\n").slice(-12)) say(`           | ${line}`);
    if (step.kind === "prepare") break; // what comes after would say nothing
  }
  const isWhole = verdicts.length === attack.steps.length;
  const verdict = isWhole ? verdictOf(verdicts) : "NOT HELD";
  say(`   ${verdict}`);
  return verdict;
}

function markOf({ kind }: Step, verdict: StepVerdict): string {
  if (verdict.kind === "differs") return "WRONG  ";
  return kind === "attack" ? "held   " : kind === "limit" ? "limit  " : "ok     ";
}

/**
 * Runs a printed command in a shell at the workspace's root. What is printed as a script of the root is started as that
 * script is, without npx and pnpm before it: the same program with the same arguments, seconds sooner.
 */
export function commandRunner(root: string, environment: NodeJS.ProcessEnv): RunCommand {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly scripts: { readonly [name: string]: string };
  };
  const direct = (command: string): string =>
    command.replaceAll(new RegExp(`${PNPM}([a-z:-]+)`, "g"), (whole, name: string) => scripts[name] ?? whole);
  return (command) =>
    new Promise((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", direct(command)], {
        cwd: root,
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: COMMAND_MS_MAX,
        killSignal: "SIGKILL",
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Uint8Array) => (text += chunk.toString()));
      child.once("error", reject);
      child.once("close", (exitCode) => resolve({ exitCode, text }));
    });
}

/** A command that takes longer is ended, and counts as one that failed. */
const COMMAND_MS_MAX = 150_000;
