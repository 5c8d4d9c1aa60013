import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** A case costs milliseconds, and there are some thousand. */
const MS_MAX = 280_000;

/** What the verifier in Python answers, case by case. One process, ended if it takes too long. */
export async function askPython<Answer>(cases: readonly object[]): Promise<readonly Answer[]> {
  const { status, stdout, stderr } = await runPython(
    ["../foreign/judge_cases.py"],
    cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  if (status !== 0 || stderr !== "") throw new Error(`the verifier in Python failed (${status}): ${stderr}`);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answer);
}

/** Runs a script with Python, its path relative to this file. No site packages: the standard library and nothing else. */
export async function runPython(
  [script = "", ...args]: readonly string[],
  input = "",
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const python = process.env["PYTHON"] ?? "python3";
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, ["-B", "-S", "-E", path, ...args], { timeout: MS_MAX, killSignal: "SIGKILL" });
  child.stdin.on("error", () => {}); // it may end before it has read everything; its status tells
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}
