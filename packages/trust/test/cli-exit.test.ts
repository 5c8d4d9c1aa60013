import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatVerifierKey } from "../src/index.ts";
import { EXIT } from "../src/cli/exit-code.ts";
import { runCli } from "./cli-run.ts";
import { exportOf, LOG_KEY, ORIGIN, sampleLog } from "./sample-log.ts";

const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-exit-"));
  const text = await exportOf(await sampleLog());
  const refounds = { size: 1, root: LOG_KEY.key.kid as never, lost: { from: 1, count: 1 }, reason: "restored" };
  await writeFile(at("log"), text);
  await writeFile(at("altered"), text.replace('"L2"', '"L4"'));
  await writeFile(at("newer"), text.replace("aura-log-1", "aura-log-2"));
  await writeFile(at("refounded"), await exportOf(await sampleLog({ refounds })));
});
afterAll(() => rm(folder, { recursive: true }));

/** What provokes each code that the program itself gives; a signal's are in cli-terminal.foreign.test.ts. */
const PROVOKED: Readonly<Record<keyof typeof EXIT, readonly string[]>> = {
  OK: ["verify", "@log", "--key", KEY],
  REFUSED: ["verify", "@altered", "--key", KEY],
  USAGE: ["verify", "@log"],
  UNKNOWN_FORMAT: ["verify", "@newer", "--key", KEY],
  REFOUNDED: ["verify", "@refounded", "--key", KEY],
  NOT_CHECKED: ["verify", "@nowhere", "--key", KEY],
};

describe("the exit codes of aura-trust", () => {
  it.each(Object.entries(PROVOKED))("%s is given when it is meant", async (name, words) => {
    const { code } = await runCli(words.map((word) => (word.startsWith("@") ? at(word.slice(1)) : word)));
    expect(code).toBe(EXIT[name as keyof typeof EXIT]);
  });

  it("say of a proof of another version that its format is not known", async () => {
    const proof = await readFile(new URL("../golden/0.0.0-2/entry.tlog-proof", import.meta.url), "utf8");
    await writeFile(at("proof"), proof.replace("@v1\n", "@v2\n"));
    expect((await runCli(["verify", at("proof"), "--key", KEY])).code).toBe(EXIT.UNKNOWN_FORMAT);
  });

  it("stand in README.md, all of them and no other", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const table =
      /\n\| exit code \| means \|\n\| --- \| --- \|\n(?<rows>(?:\|.*\n)+)/.exec(readme)?.groups?.["rows"] ?? "";
    const codes = [...table.matchAll(/^\| ([0-9]+)/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([...Object.values(EXIT), 130]);
  });

  it("stand in every help", async () => {
    for (const words of [["--help"], ["help"], ["help", "verify"], ["export", "--help"], ["jwks", "-h"]]) {
      const { code, out } = await runCli(words);
      expect([code, out]).toEqual([0, expect.stringContaining("Exit codes: 0 ok, 1 refused, 2 usage,")]);
    }
  });
});

describe("aura-trust", () => {
  it("names every option of a command in its help", async () => {
    for (const name of ["verify", "export", "keygen", "jwks", "witness"]) {
      const source = await readFile(new URL(`../src/cli/${name}-command.ts`, import.meta.url), "utf8");
      const { out } = await runCli(["help", name]);
      const lists = source.matchAll(
        /(?:once|flags|options|repeated|log|receipt|proof|token)(?: = |: )\[(?<names>[^\]]*)\]/g,
      );
      const options = [...lists].flatMap(({ groups }) =>
        [...(groups?.["names"] ?? "").matchAll(/"([a-z-]+)"/g)].map(([, option = ""]) => option),
      );
      expect(options.length).toBeGreaterThan(2);
      for (const option of options) expect(out).toContain(`--${option}`);
      expect(out).toMatch(/^[A-Z][^\n]+\.\n\n {2}aura-trust /);
    }
  });

  it("says its version", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
      readonly version: string;
    };
    for (const word of ["--version", "-V"])
      expect(await runCli([word])).toEqual({ code: 0, out: `aura-trust ${version}\n`, err: "" });
  });

  it.each([
    ["verfy", "verify"],
    ["Verify", "verify"],
    ["exp", "export"],
    ["keygenn", "keygen"],
    ["jwk", "jwks"],
    ["witnes", "witness"],
  ])("of %s guesses %s", async (typed, meant) => {
    for (const words of [[typed], ["help", typed]])
      expect(await runCli(words)).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringContaining(`Did you mean ${meant}?`),
      });
  });

  it("of what is like no command guesses nothing, and says which there are", async () => {
    const { code, err } = await runCli(["frobnicate\u001b[2J"]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("Commands: verify, inspect, export, keygen, jwks, witness."),
    ]);
    expect(err).not.toMatch(/Did you mean|\u001b/);
  });
});
