import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EXIT } from "../src/cli/exit-code.ts";
import { aura, scratchFolder } from "./in-process.ts";
import { sleepingApplication } from "./sleeping-application.ts";
import { AURA, AURA_TRUST } from "./spawn-aura.ts";

/** Starts `aura` on a mission that sleeps, sends a signal once it says so, and answers how the process ended. */
async function interrupted(
  args: readonly string[],
  signal: NodeJS.Signals,
  at = /IN_PROGRESS|mission\.started/,
): Promise<{ readonly end: readonly unknown[]; readonly out: string }> {
  const child = spawn(process.execPath, ["--conditions=@aura/source", AURA, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let out = "";
  let sent = false;
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (sent || !at.test(out)) return;
    sent = true;
    child.kill(signal);
  });
  return { end: await closed, out };
}

/** The program that never closes its store, and the signal that ends it when it is sent this one first, that one then. */
async function endedBy(
  args: readonly string[],
  [first, second]: readonly [NodeJS.Signals, NodeJS.Signals],
): Promise<readonly unknown[]> {
  const child = spawn(process.execPath, ["--conditions=@aura/source", NEVER_CLOSES, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const before = out;
    out += chunk.toString();
    if (!before.includes("IN_PROGRESS") && out.includes("IN_PROGRESS")) child.kill(first);
    if (!before.includes("closing") && out.includes("closing")) child.kill(second);
  });
  return closed;
}

const NEVER_CLOSES = fileURLToPath(new URL("fixtures/never-closes.ts", import.meta.url));

const COMPLAINS = fileURLToPath(new URL("fixtures/complains.ts", import.meta.url));

/** Runs a program whose standard error nobody reads, and answers its exit code. */
async function withClosedErrors(program: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, ["--conditions=@aura/source", program, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const closed = once(child, "close");
  child.stderr.destroy();
  return (await closed)[0];
}

/** Runs `aura` in this process, told to stop before it began. */
async function interruptedAtOnce(args: readonly string[]): Promise<readonly [number, string]> {
  const { exitCode, out } = await aura(args, { stop: AbortSignal.abort() });
  return [exitCode, out];
}

describe("an interrupted command", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "is never taken for a finished one: after %s `aura demo` says that it goes on, and ends with a code of its own",
    async (signal) => {
      using scratch = scratchFolder();
      const app = sleepingApplication(scratch.at("app"));
      const { end, out } = await interrupted(["demo", "--app", app, "--data", scratch.at("data")], signal);
      expect(end).toEqual([EXIT.INTERRUPTED, null]);
      expect(out).toContain("Interrupted");
      expect(out).toContain("the same command goes on");
    },
  );

  it("says so to a machine, and so does `aura start --until-idle`, which was not idle yet", async () => {
    using scratch = scratchFolder();
    const app = sleepingApplication(scratch.at("app"));
    const where = ["--app", app, "--data", scratch.at("data"), "--json"];
    const demo = await interrupted(["demo", ...where], "SIGINT");
    expect(demo.end).toEqual([EXIT.INTERRUPTED, null]);
    expect(demo.out.trimEnd().split("\n").at(-1)).toBe('{"interrupted":true}');
    const start = await interruptedAtOnce(["start", ...where, "--until-idle"]);
    expect(start).toEqual([EXIT.INTERRUPTED, '{"interrupted":true}\n']);
  });
});

describe("a second signal", () => {
  it.each([
    ["SIGINT", "SIGINT"],
    ["SIGINT", "SIGTERM"],
    ["SIGTERM", "SIGINT"],
  ] as const)("ends what the first could not: %s, then %s", async (first, second) => {
    using scratch = scratchFolder();
    const where = ["--app", sleepingApplication(scratch.at("app")), "--data", scratch.at("data")];
    expect(await endedBy(["demo", ...where], [first, second])).toEqual([null, second]);
  });
});

describe("a mission that sleeps", () => {
  it("keeps nobody from being told that another one waits for approval", async () => {
    using scratch = scratchFolder();
    const where = ["--app", sleepingApplication(scratch.at("app")), "--data", scratch.at("data")];
    await interrupted(["demo", ...where], "SIGINT");
    const { end, out } = await interrupted(["start", ...where], "SIGTERM", /rests \(approval\)/);
    expect(end).toEqual([0, null]);
    expect(out).toContain("2 open mission(s)");
  });
});

describe("standard error that nobody reads", () => {
  it("stops no mission: what still writes there goes on", async () => {
    using scratch = scratchFolder();
    const where = ["--app", sleepingApplication(scratch.at("app")), "--data", scratch.at("data")];
    const child = spawn(process.execPath, ["--conditions=@aura/source", COMPLAINS, "demo", ...where], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = once(child, "close");
    child.stderr.destroy();
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("IN_PROGRESS") && child.kill("SIGINT"));
    expect(await closed).toEqual([EXIT.INTERRUPTED, null]);
  });

  it.each([
    ["aura", AURA, EXIT.USAGE],
    ["aura-trust", AURA_TRUST, 2],
  ])("does not change how %s ends", async (_name, program, exitCode) => {
    expect(await withClosedErrors(program, ["int"])).toBe(exitCode);
  });
});
