// `pnpm release:rehearse`: the next releases, made by the scripts that the release workflow runs, from a clone of the newest
// commit to a registry on 127.0.0.1. The checkout is not touched, nothing is published, no token is needed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneWorkspace } from "./checkout.ts";
import { firstRelease, snapshot } from "./first-release.ts";
import { breakingChange, securityFix } from "./lines.ts";
import { startRegistry } from "./registry.ts";
import { openTable } from "./table.ts";
import { trustMoves } from "./trust-moves.ts";
import type { World } from "./world.ts";

const parent = mkdtempSync(join(tmpdir(), "aura-rehearsal-"));
const registry = await startRegistry();
const table = openTable((line) => process.stdout.write(`${line}\n`));
try {
  table.step("A clone of the newest commit");
  const world: World = { parent, registry, table, checkout: await cloneWorkspace(parent, registry) };
  await firstRelease(world);
  await snapshot(world);
  await trustMoves(world);
  await breakingChange(world, await securityFix(world));
  table.step("Done");
} catch (error) {
  // Whatever could not be tried any more has not been shown.
  table.row("the rehearsal goes on to its end", false, error instanceof Error ? error.message : String(error));
} finally {
  await registry.close();
  rmSync(parent, { recursive: true, force: true });
}
const { held, broken } = table.count();
process.stdout.write(`${held} held, ${broken} broken\n`);
process.exitCode = broken > 0 || held === 0 ? 1 : 0;
