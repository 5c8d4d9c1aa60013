// Holds the acceptance rule, the verifier and the HTTP and MCP examples against other runtimes than the one we develop on:
// `node --conditions=@aura/source packages/trust/runtimes/run.ts [FOLDER]`, on Linux, x64 or arm64.
// Installs the runtimes below from the npm registry into FOLDER (default: a new temporary folder, removed at the end): about
// 250 MB to fetch and 600 MB on disk, too much for the lockfile. Each is the platform package that holds the binary itself,
// so no install script runs. Prints a table; exit code 1 if any runtime differs from this one.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { httpTool } from "../examples/http-tool.ts";
import { mcpServer } from "../examples/mcp-server.ts";
import { memoryChainStore } from "../src/index.ts";
import { bundle } from "./bundle.ts";
import { callExample, callMcpExample, exampleAnchors, exampleLogKey } from "./caller.ts";
import { probe, type Probe } from "./probe.ts";

interface Answer extends Probe {
  readonly example: readonly string[];
  readonly mcp: readonly string[];
}

const run = promisify(execFile);
const arm = process.arch === "arm64";

/** Versions that are a week old or more, the newest of each. */
const PACKAGES = {
  "node-22": `npm:node-linux-${process.arch}@22.23.3`,
  "node-26": `npm:node-linux-${process.arch}@26.10.0`,
  deno: `npm:@deno/linux-${process.arch}-glibc@2.9.6`,
  bun: `npm:@oven/bun-linux-${arm ? "aarch64" : "x64"}@1.4.4`,
  workerd: `npm:@cloudflare/workerd-linux-${arm ? "arm64" : "64"}@1.20261110.1`,
};

const [given] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), "aura-runtimes-"));
try {
  await install();
  process.exitCode = (await compare()) ? 0 : 1;
} finally {
  if (given === undefined) rmSync(folder, { recursive: true });
}

async function install(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2)}\n`,
  );
  if (existsSync(at("workerd", "bin/workerd"))) return;
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], { cwd: folder });
}

async function compare(): Promise<boolean> {
  writeFileSync(join(folder, "here.mjs"), await bundle(new URL("here.ts", import.meta.url), "readable"));
  writeFileSync(join(folder, "worker.js"), await bundle(new URL("worker.ts", import.meta.url), "readable"));
  const { fetch } = await httpTool({ anchors: exampleAnchors(), logKey: exampleLogKey(), store: memoryChainStore() });
  const { methods } = await mcpServer({
    anchors: exampleAnchors(),
    logKey: exampleLogKey(),
    store: memoryChainStore(),
  });
  const mcp = await callMcpExample(async (method, params) => methods[method]?.(params));
  const expected: Answer = { ...(await probe()), example: await callExample(fetch), mcp };
  line("runtime", "engine", "wrong", "accepted", "edges", "of the grid", "verdicts", "http", "mcp", "");
  const answers = [row(`Node.js ${process.versions.node}, the sources`, expected, expected)];
  const runtimes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["Node.js 22.23.3", () => printed(at("node-22", "bin/node"), "here.mjs")],
    ["Node.js 26.10.0", () => printed(at("node-26", "bin/node"), "here.mjs")],
    ["Deno 2.9.6", () => printed(at("deno", "deno"), "run", "--no-config", "--no-remote", "here.mjs")],
    ["Bun 1.4.4", () => printed(at("bun", "bin/bun"), "run", "here.mjs")],
    ["workerd 1.20261110.1", () => served("2026-11-01")],
    ["workerd 1.20261110.1, as of 2024", () => served("2024-01-01")],
  ];
  for (const [name, ask] of runtimes) answers.push(row(name, (await ask()) as Answer, expected));
  return answers.every(Boolean);
}

function at(name: keyof typeof PACKAGES, binary: string): string {
  return join(folder, "node_modules", name, binary);
}

/** What the program prints of itself. */
async function printed(program: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(program, args, { cwd: folder, timeout: 120_000, maxBuffer: 16_777_216 });
  return JSON.parse(stdout);
}

/** What a worker answers over HTTP (before mid-2025 without `node:crypto`), and how the example in it answers the caller in here. */
async function served(compatibilityDate: string): Promise<unknown> {
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "${compatibilityDate}",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
  writeFileSync(join(folder, "worker.capnp"), config);
  const child = spawn(at("workerd", "bin/workerd"), ["serve", "worker.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const [listening] = (await once(child.stdio[3] as Readable, "data")) as [Buffer];
    const { port } = JSON.parse(listening.toString()) as { readonly port: number };
    const url = `http://127.0.0.1:${port}/refund`;
    const said = (await (await fetch(url)).json()) as Probe;
    const example = await callExample(async (request) =>
      fetch(url, { method: "POST", headers: request.headers, body: await request.text() }),
    );
    const mcp = await callMcpExample(async (method, params) => {
      const answer = await fetch(new URL("/mcp", url), { method: "POST", body: JSON.stringify({ method, params }) });
      return answer.json();
    });
    return { ...said, example, mcp };
  } finally {
    child.kill();
  }
}

function row(name: string, answer: Answer, expected: Answer): boolean {
  const { engine: _, ...said } = answer;
  const { engine: __, ...wanted } = expected;
  const wrong = said.wrong.length + said.edges.wrong.length;
  const same = JSON.stringify(said) === JSON.stringify(wanted) && wrong + said.acceptedOfGrid.length === 0;
  const accepted = `${said.accepted.length} of ${said.tried}`;
  const alike = (one: unknown, other: unknown): string =>
    JSON.stringify(one) === JSON.stringify(other) ? "same" : "DIFFER";
  line(
    name,
    answer.engine,
    String(wrong),
    accepted,
    `${said.edges.accepted.length} of ${said.edges.tried}`,
    `${said.acceptedOfGrid.length} of ${said.gridSize}`,
    alike(said.verdicts, wanted.verdicts),
    alike(said.example, wanted.example),
    alike(said.mcp, wanted.mcp),
    same ? "ok" : "DIFFERS",
  );
  if (!same) process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
  return same;
}

function line(name: string, ...columns: readonly string[]): void {
  const [engine = "", ...others] = columns;
  process.stdout.write(`${name.padEnd(40)}${engine.padEnd(17)}${others.map((text) => text.padEnd(13)).join("")}\n`);
}
