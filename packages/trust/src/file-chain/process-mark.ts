import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { JsonObject } from "../json-value.ts";

/** A process, told apart from a later one that got the same number. `null`: the system does not say. */
export interface ProcessMark {
  readonly host: string;
  /** Changes with each start of the machine. */
  readonly boot: string | null;
  readonly pid: number;
  /** When the process started, in the system's own count since the machine started. */
  readonly start: string | null;
}

export function thisProcess(): ProcessMark {
  return { host: hostname(), boot: bootId(), pid: process.pid, start: startOf(process.pid)?.start ?? null };
}

/** True if the process may still run: also when that cannot be judged from here, because it is another machine's. */
export function mayRun(mark: ProcessMark): boolean {
  if (mark.host !== hostname()) return true;
  if (mark.boot !== bootId()) return false;
  if (!exists(mark.pid)) return false;
  const found = startOf(mark.pid);
  if (found === undefined) return true; // no such table on this system: the number has to do
  return found.state !== "Z" && (mark.start === null || mark.start === found.start);
}

export function asProcessMark({ host, boot, pid, start }: JsonObject): ProcessMark | undefined {
  const texts = typeof host === "string" && isTextOrNull(boot) && isTextOrNull(start);
  return texts && typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0
    ? { host, boot, pid, start }
    : undefined;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH"); // EPERM: another user's, but alive
  }
}

/** proc_pid_stat(5): the name stands in parentheses and may hold some; state is field 3, start time field 22. */
function startOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const start = rest[18];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function bootId(): string | null {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not Linux, or the process is gone
  }
}
