import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/cli/command-line.ts";
import { EXIT, exitCodeOf } from "../src/cli/exit-code.ts";
import { fromSystem } from "../src/runtime-error.ts";
import { aura, scratchFolder } from "./in-process.ts";

describe("the command line", () => {
  it.each(COMMANDS.map(({ name }) => name))(
    "refuses `aura %s` without what it needs, and says how to write it",
    async (name) => {
      const { exitCode, err, out } = await aura([name, "--data"]); // without one, some look for a runtime nearby
      expect(err).toContain("runtime/usage");
      expect(err).toContain(`aura ${name}`);
      expect([exitCode, out]).toEqual([EXIT.USAGE, ""]);
    },
  );

  it("refuses an option and a command that it does not know", async () => {
    expect((await aura(["init", "--dat", "x"])).err).toContain("runtime/usage");
    expect((await aura(["int"])).err).toContain("There is no command `aura int`");
  });

  it.each(
    COMMANDS.flatMap(({ name, usage }) => [
      [name, "--help", usage],
      [name, "-h", usage],
    ]),
  )("answers `aura %s %s`: how it is written, and nothing is wrong", async (name, help, usage) => {
    const { exitCode, err, out } = await aura([name, help]);
    expect(out).toContain(usage);
    expect([exitCode, err]).toEqual([EXIT.DONE, ""]);
  });

  it("answers `aura help COMMAND` as `aura COMMAND --help`, and refuses one that it does not know", async () => {
    expect(await aura(["help", "approve"])).toEqual(await aura(["approve", "--help"]));
    expect((await aura(["help", "int"])).err).toContain("There is no command `aura int`");
  });

  it("answers `aura --version` with the version that it was published as", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await aura(["--version"])).toMatchObject({ exitCode: EXIT.DONE, out: `${version}\n`, err: "" });
    expect(JSON.parse((await aura(["--version", "--json"])).out)).toEqual({ version });
  });

  it("counts the words that a command takes", async () => {
    const { err } = await aura(["launch", "clerk", "order.json", "more"]);
    expect(err).toContain("`aura launch` takes 2 words, and got 3.");
  });

  it("takes a word after `--` as a word", async () => {
    expect((await aura(["init", "--", "--help"])).exitCode).toBe(EXIT.USAGE);
  });

  it.each([
    [["--nope.x"], "Unknown option '--nope.x'."],
    [["--data=a.b", "--org"], "Option '--org <value>' argument missing."],
    [["--json=a.b"], "Option '--json' does not take an argument."],
    [["--org", "--app.x"], "Option '--org' argument is ambiguous."],
  ])("names all of what is wrong with %j, and only that", async (args, problem) => {
    expect((await aura(["init", ...args])).err).toContain(`aura: \`aura init\`: ${problem}\n`);
  });

  it("shows what it was given, and obeys none of it", async () => {
    const { err } = await aura(["export", "--data", "/no\u001b[2J\u009b1A/where", "--out", "x"]);
    expect(err).toContain("/no\ufffd[2J\ufffd1A/where");
    const told = await aura(["export", "--data", "/no\u009b1A/where", "--out", "x", "--json"]);
    expect(told.err).toContain("/no\\u009b1A/where");
  });

  it("tells a failure to a machine as JSON", async () => {
    const { err, exitCode } = await aura(["export", "--data", "/nowhere/at/all", "--out", "x", "--json"]);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "runtime/not_founded", fix: expect.any(String) } });
    expect(exitCode).toBe(EXIT.REFUSED);
  });

  it("shows every command in its help, but for those that only commands start", async () => {
    const { out, exitCode } = await aura(["help"]);
    for (const { usage, hidden } of COMMANDS) expect([usage, out.includes(usage)]).toEqual([usage, hidden !== true]);
    for (const code of Object.values(EXIT)) expect(out).toMatch(new RegExp(`\\b${code} [a-z]`));
    expect(exitCode).toBe(EXIT.DONE);
  });
});

describe("a failure that nobody expected", () => {
  it("is told in a sentence, without a stack, under a code and an exit code of its own", async () => {
    using scratch = scratchFolder();
    await aura(["init", "--data", scratch.at("data")]);
    const store = (): never => {
      throw new Error("the dog ate it.");
    };
    const args = ["export", "--data", scratch.at("data"), "--out", scratch.at("log.jsonl")];
    const { exitCode, err } = await aura(args, { decorators: { store } });
    expect([exitCode, err]).toEqual([EXIT.UNEXPECTED, expect.stringContaining("(runtime/unexpected)")]);
    expect(err).toContain("did not expect: the dog ate it.");
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("what the machine refuses", () => {
  it.each([
    ["ENOSPC", "runtime/disk_full", EXIT.MACHINE],
    ["EDQUOT", "runtime/disk_full", EXIT.MACHINE],
    ["EACCES", "runtime/folder_not_writable", EXIT.MACHINE],
    ["EROFS", "runtime/folder_not_writable", EXIT.MACHINE],
    ["ENOTDIR", "runtime/folder_foreign", EXIT.REFUSED],
  ])("%s is told as %s", (errno, code, exitCode) => {
    const told = fromSystem(Object.assign(new Error("x"), { code: errno }), "/data");
    expect(told).toMatchObject({ code, what: expect.stringContaining("/data") });
    expect(exitCodeOf(code)).toBe(exitCode);
  });

  it("is left as it is when it has no name", () => {
    const error = new Error("x");
    expect(fromSystem(error, "/data")).toBe(error);
  });
});
