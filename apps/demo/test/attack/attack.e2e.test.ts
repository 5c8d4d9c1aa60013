import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placed, placeOf } from "../../attack/attack.ts";
import { ATTACKS } from "../../attack/attacks.ts";
import { commandRunner, runAttack } from "../../attack/run-attack.ts";
import { startDemo } from "../../attack/start-demo.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aura-attack-"));
const data = join(folder, "demo");
/** Printed commands say `node`: the one that runs this test. */
const ENV = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
let demo: Awaited<ReturnType<typeof startDemo>> | undefined;

beforeAll(async () => {
  demo = await startDemo(ROOT, data, () => undefined);
}, 200_000);
afterAll(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The command of the root, on one attack: real processes, the demo's real runtime. */
function attack(n: number): { readonly text: string; readonly exitCode: number | null } {
  const args = [
    "--conditions=@aura/source",
    "tooling/launch.js",
    "apps/demo/attack/main.ts",
    String(n),
    "--all",
    "--data",
    data,
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 170_000,
  });
  return { text: `${stdout}${stderr}`, exitCode: status };
}

describe("demo:attack --all, against a running demo", () => {
  it.each(ATTACKS.map(({ n, title }) => [n, title] as const))(
    "%i. %s: held",
    (n) => {
      const { text, exitCode } = attack(n);
      expect(text).toContain("\n   HELD\n");
      expect(text).not.toMatch(/WRONG|NOT HELD|BROKEN/);
      expect(exitCode, text).toBe(0);
    },
    180_000,
  );

  it("says NOT HELD of an attack that gets through, with what it printed", async () => {
    const direct = ATTACKS.find(({ n }) => n === 6);
    if (direct === undefined) throw new TypeError("attack 6 is there");
    const { steps, ...words } = placed(direct, placeOf(data));
    // The payment with the stolen secret does get through: told as an attack that must fail, it must be seen.
    const inverted = steps.map((step) =>
      step.kind === "limit" ? { ...step, kind: "attack" as const, exits: 0, says: ["payments/secret_refused"] } : step,
    );
    const lines: string[] = [];
    const verdict = await runAttack({ ...words, steps: inverted }, commandRunner(ROOT, ENV), (line) =>
      lines.push(line),
    );
    expect(verdict).toBe("NOT HELD");
    expect(lines.join("\n")).toContain("The ledger has 1 row(s) more.");
  }, 180_000);
});
