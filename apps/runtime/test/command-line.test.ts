import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/cli/command-line.ts";
import { EXIT, exitCodeOf } from "../src/cli/exit-code.ts";
import { fromSystem } from "../src/runtime-error.ts";
import { aura } from "./in-process.ts";

describe("the command line", () => {
  it.each(COMMANDS.map(({ name }) => name))(
    "refuses `aura %s` without what it needs, and says how to write it",
    async (name) => {
      const { exitCode, err, out } = await aura([name]);
      expect(err).toContain("runtime/usage");
      expect(err).toContain(`aura ${name}`);
      expect([exitCode, out]).toEqual([EXIT.USAGE, ""]);
    },
  );

  it("refuses an option and a command that it does not know", async () => {
    expect((await aura(["init", "--dat", "x"])).err).toContain("runtime/usage");
    expect((await aura(["int"])).err).toContain("There is no command `aura int`");
  });

  it("tells a failure to a machine as JSON", async () => {
    const { err, exitCode } = await aura(["export", "--data", "/nowhere/at/all", "--out", "x", "--json"]);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "runtime/not_founded", fix: expect.any(String) } });
    expect(exitCode).toBe(EXIT.REFUSED);
  });

  it("shows every command in its help", async () => {
    const { out, exitCode } = await aura(["help"]);
    for (const { usage } of COMMANDS) expect(out).toContain(usage);
    expect(exitCode).toBe(EXIT.DONE);
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
