import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { PlacedAttack } from "./attack.ts";
import { alive } from "./demo-api.ts";
import type { Stage } from "./program.ts";
import { commandRunner, runAttack } from "./run-attack.ts";
import { startDemo } from "./start-demo.ts";

/**
 * Runs attacks exactly as they are printed, one after another, and says of each whether it held. Against the demo that runs; if
 * none does it starts one, and ends it again. Answers 0 only if every attack held.
 */
export async function runAll(attacks: readonly PlacedAttack[], { place, say }: Stage): Promise<number> {
  const root = process.cwd();
  if (!existsSync(join(root, "package.json"))) throw new Error("Run this from the top of the workspace.");
  const demo = (await alive(place.data)) === undefined ? await startDemo(root, place.data, say) : undefined;
  // Printed commands say `node`: the one that runs this.
  const environment = {
    ...process.env,
    NO_COLOR: "1",
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
  };
  const run = commandRunner(root, environment);
  const broken: number[] = [];
  try {
    for (const attack of attacks) if ((await runAttack(attack, run, say)) === "NOT HELD") broken.push(attack.n);
  } finally {
    await demo?.stop();
  }
  say("");
  if (broken.length === 0) say(`${attacks.length} attacks, all held. What each still can do is on its page.`);
  else say(`${attacks.length} attacks, NOT HELD: ${broken.join(", ")}. Please report it (SECURITY.md).`);
  return broken.length === 0 ? 0 : 1;
}
