import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { AURA, spawnProgram } from "./spawn-aura.ts";

const LAUNCHER = fileURLToPath(new URL("../bin/aura.js", import.meta.url));
/** Makes the process believe that it is an old Node before anything else of it runs. */
const OLD_NODE = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.20.2"}})`;

describe("a Node that is too old", () => {
  it.each([
    ["from the sources", AURA],
    ["as it is installed", LAUNCHER],
  ])("is told so before anything is imported, %s", async (_how, program) => {
    const { exitCode, out, err } = await spawnProgram(program, ["help"], {}, ["--import", OLD_NODE]);
    expect(err).toBe("aura needs Node.js 22.18 or newer; this is 20.20.2. Install Node.js 24 LTS and run it again.\n");
    expect([exitCode, out]).toEqual([5, ""]);
  });
});
