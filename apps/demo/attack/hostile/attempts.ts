import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** Where the taken-over agent looks; real paths of the run it is in. */
export interface Loot {
  readonly data: string;
  readonly root: string;
  readonly server: string;
  readonly runtime: string;
}

export interface Attempt {
  readonly what: string;
  /** What it was told instead. */
  readonly refused?: string;
  /** What it has now, in short. */
  readonly got?: string;
}

/** Everything that code in an agent's process tries at once. What it reads it keeps for itself: only its length is told. */
export function attempts({ data, root, server }: Loot): Attempt[] {
  const read = (what: string, path: string): Attempt => attempt(what, () => `${readFileSync(path).length} bytes`);
  return [
    read("read the key that issues tokens", `${data}/keys/token.key`),
    read("read the log's key", `${data}/keys/log.key`),
    read("read the operator's key", `${data}/operator.key`),
    read("read a person's key", `${root}/people/ines.key`),
    read("read the root key", `${root}/root.key`),
    read("read the secret of the payments server", `${data}/upstreams.key`),
    read("read the ledger", `${data}/state/payments/ledger.sqlite`),
    read("read the log", `${data}/log.sqlite`),
    read("read the runtime's environment", `/proc/${process.ppid}/environ`),
    read("read a file of the machine", "/etc/passwd"),
    attempt("find a secret in its environment", () => {
      const names = Object.keys(process.env);
      if (names.length > 0) return names.join(", ");
      throw new Error("the environment is empty");
    }),
    attempt("write a file", () => {
      writeFileSync(`${data}/hostile.txt`, "here");
      return "a file";
    }),
    attempt("start the payments server itself", () => {
      const { error, stdout } = spawnSync(process.execPath, [server, `${data}/state/payments/ledger.sqlite`]);
      if (error !== undefined) throw error;
      return String(stdout);
    }),
    attempt("start a worker without the limits", () => {
      void new Worker("0", { eval: true, execArgv: [] }).terminate();
      return "a worker";
    }),
    attempt("load native code", () => {
      process.dlopen({ exports: {} }, "/lib/hostile.node");
      return "native code";
    }),
    attempt("open the log with Node's own SQLite, which asks no permission", () => {
      const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
      new DatabaseSync(`${data}/log.sqlite`).close();
      return "the log, to write";
    }),
    attempt("signal the runtime's process", () => {
      process.kill(process.ppid, 0);
      return "it may be signalled";
    }),
  ];
}

/** What it reaches over the network, which nobody takes from it. */
export async function networkAttempts({ runtime }: Loot): Promise<Attempt[]> {
  const ask = async (what: string, path: string, init?: RequestInit): Promise<Attempt> => {
    try {
      const answer = await fetch(`${runtime}${path}`, init);
      return answer.ok
        ? { what, got: `${answer.status}` }
        : { what, refused: `${answer.status} ${await answer.text()}`.slice(0, 200) };
    } catch (error) {
      return { what, refused: error instanceof Error ? error.message : String(error) };
    }
  };
  return [
    await openDebugger(),
    await ask("reach a server over the network", "/v1/health"),
    await ask("read missions of the runtime without a key", "/v1/missions"),
    await ask("launch a mission without a key", "/v1/missions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    }),
  ];
}

/** Node opens its debugger to everybody on the machine when it gets SIGUSR1: who gets in there is the runtime. */
async function openDebugger(): Promise<Attempt> {
  const what = "open the runtime's debugger with a signal, and be the runtime";
  try {
    process.kill(process.ppid, "SIGUSR1");
    for (let tries = 0; tries < 20; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const listed = await fetch("http://127.0.0.1:9229/json/list")
        .then((answer) => answer.text())
        .catch(() => "");
      if (listed.includes("cli/main.")) return { what, got: "the debugger of the runtime" };
    }
    return { what, refused: "nothing opened: the runtime listens to that signal and does nothing" };
  } catch (error) {
    return { what, refused: error instanceof Error ? error.message : String(error) };
  }
}

function attempt(what: string, act: () => string): Attempt {
  try {
    return { what, got: act() };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return { what, refused: `${code ?? ""} ${message}`.trim().slice(0, 160) };
  }
}
