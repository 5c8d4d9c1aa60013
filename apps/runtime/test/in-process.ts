import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../src/cli/command-line.ts";
import { createTerminal } from "../src/cli/terminal.ts";
import type { LoggedEntry } from "@aura/store";
import type { Decorators, OpenNamespace } from "../src/wire.ts";

/** What is killed at every commit: an invoice clerk who works on files. */
export const DEMO = fileURLToPath(new URL("../../demo/test/invoice-clerk", import.meta.url));
/** An application folder of the tests' own: an agent that keeps notes and may not burn them. */
export const NOTEBOOK = fileURLToPath(new URL("fixtures/notebook", import.meta.url));

/** What a command left behind. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `aura` in this process, with its output kept. */
export async function aura(
  args: readonly string[],
  {
    decorators = {},
    stop = new AbortController().signal,
    confirm = async () => false,
  }: {
    readonly decorators?: Decorators;
    readonly stop?: AbortSignal;
    readonly confirm?: (question: string) => Promise<boolean>;
  } = {},
): Promise<CommandEnd> {
  const kept = { out: "", err: "" };
  const place = {
    out: { write: (text: string) => (kept.out += text) },
    err: { write: (text: string) => (kept.err += text) },
    plain: true,
  };
  const exitCode = await runCommandLine(args, {
    stop,
    decorators,
    confirm,
    terminal: (mode) => createTerminal(place, mode),
  });
  return { exitCode, ...kept };
}

/** A folder that goes when the test is over. */
export function scratchFolder(): { readonly path: string; at(name: string): string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "aura-runtime-"));
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The whole log, in order. */
export async function logOf({
  store,
  context,
}: Pick<OpenNamespace, "store" | "context">): Promise<readonly LoggedEntry[]> {
  const logged: LoggedEntry[] = [];
  for await (const entry of store.readLog(context, 0)) logged.push(entry);
  return logged;
}

/** An application folder with one file of source, and files to work on. */
export function applicationFolder(folder: string, source: string): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(NOTEBOOK, "files"), join(folder, "files"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "application.js"), source);
  return folder;
}
