import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { PlacedAttack } from "./attack.ts";
import { alive } from "./demo-api.ts";
import type { Stage } from "./program.ts";
import { commandRunner, runAttack } from "./run-attack.ts";
import type { RunCommand } from "./run-attack.ts";
import { startDemo } from "./start-demo.ts";

/**
 * Runs attacks exactly as they are printed, two at a time, and says of each whether it held. Against the demo that runs; if
 * none does it starts one, and ends it again. Answers 0 only if every attack held.
 * @param inherited the environment that the commands run in: the one of the shell
 */
export async function runAll(
  attacks: readonly PlacedAttack[],
  { place, say }: Stage,
  inherited: NodeJS.ProcessEnv,
): Promise<number> {
  const root = process.cwd();
  if (!existsSync(join(root, "package.json"))) throw new Error("Run this from the top of the workspace.");
  const demo = (await alive(place.data)) === undefined ? await startDemo(root, place.data, say) : undefined;
  // Printed commands say `node`: the one that runs this.
  const environment = {
    ...inherited,
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compile"),
    NO_COLOR: "1",
    PATH: `${dirname(process.execPath)}${delimiter}${inherited["PATH"] ?? ""}`,
  };
  const broken: number[] = [];
  try {
    const run = commandRunner(root, environment);
    const shared = attacks.filter(({ n }) => n !== KILLS_THE_RUNTIME);
    const alone = attacks.filter(({ n }) => n === KILLS_THE_RUNTIME);
    for (const group of [shared, alone]) broken.push(...(await runInLanes(group, run, say)));
  } finally {
    await demo?.stop();
  }
  say("");
  if (broken.length === 0) say(`${attacks.length} attacks, all held. What each still can do is on its page.`);
  else say(`${attacks.length} attacks, NOT HELD: ${broken.join(", ")}. Please report it (SECURITY.md).`);
  return broken.length === 0 ? 0 : 1;
}

/** The others need the runtime that it kills. */
const KILLS_THE_RUNTIME = 10;
const LANES = 2;

/** Two at a time, each told whole and in the order of their numbers. Answers those that did not hold. */
async function runInLanes(
  attacks: readonly PlacedAttack[],
  run: RunCommand,
  say: (line: string) => void,
): Promise<readonly number[]> {
  const waiting = attacks.map((attack) => ({ attack, told: Promise.withResolvers<readonly string[]>() }));
  const queue = [...waiting];
  const broken: number[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const lines: string[] = [];
      try {
        const verdict = await runAttack(next.attack, run, (line) => lines.push(line));
        if (verdict === "NOT HELD") broken.push(next.attack.n);
      } catch (error) {
        broken.push(next.attack.n);
        lines.push(`   NOT HELD: it could not be run: ${String(error)}`);
      }
      next.told.resolve(lines);
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, lane));
  for (const { told } of waiting) for (const line of await told.promise) say(line);
  await lanes;
  return broken.toSorted((left, right) => left - right);
}
