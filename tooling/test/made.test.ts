import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { AuraError } from "../../packages/trust/src/aura-error.ts";
import { MADE_FILE, noteMade, readMade } from "../errors/made.ts";

const MADE = Symbol.for("aura.error.made");

function make(code: string): AuraError {
  return new AuraError({ code, what: "It is gone.", why: "It went.", fix: "Bring it back." });
}

it("notes each code once with the folder of the test that made it", () => {
  const folder = mkdtempSync(join(tmpdir(), "aura-made-"));
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, MADE);
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "made");
  let testPath = "/top/packages/mission/test/mission.test.ts";
  noteMade(file, "/top", () => testPath);
  make("mission/gone");
  make("mission/gone");
  testPath = "/top/apps/runtime/test/cli/main.test.ts";
  make("mission/gone");
  expect(readMade(file)).toEqual(
    new Map([
      ["packages/mission", new Set(["mission/gone"])],
      ["apps/runtime", new Set(["mission/gone"])],
    ]),
  );
});

it("knows nothing when nobody noted", () => {
  vi.stubEnv(MADE_FILE, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(readMade()).toBeUndefined();
});
