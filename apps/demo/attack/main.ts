// Attacks on the demo to repeat by hand: `npx -y pnpm@12.18.0 demo:attack [N...] [--all] [--data DIR]`, or one of the programs
// that the pages name.
import { parseArgs } from "node:util";
import { placed, placeOf } from "./attack.ts";
import { ATTACKS } from "./attacks.ts";
import { pageOf } from "./page.ts";
import { PROGRAMS } from "./programs.ts";
import { runAll } from "./run-all.ts";

/** The attack could not be tried: it says nothing about AURA. */
const CANNOT_TRY = 3;
const DATA = ".aura/demo";
const say = (line: string): void => void process.stdout.write(`${line}\n`);
process.stdout.on("error", () => process.exit());
const exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return CANNOT_TRY;
});
// What an attack left open keeps nobody waiting.
process.stdout.write("", () => process.exit(exitCode));

async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...given] = args;
  const program = PROGRAMS[name];
  // Its options are its own; where the demo is, every program is told alike.
  if (program !== undefined) {
    const at = given.indexOf("--data");
    const data = at === -1 ? DATA : (given.splice(at, 2)[1] ?? DATA);
    return program(given, { place: placeOf(data), say });
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: "string", default: DATA }, all: { type: "boolean", default: false } },
  });
  const place = placeOf(values.data.replace(/\/+$/, ""));
  const chosen = ATTACKS.filter(({ n }) => positionals.length === 0 || positionals.includes(String(n)));
  const unknown = positionals.find((one) => !ATTACKS.some(({ n }) => String(n) === one));
  if (unknown !== undefined)
    throw new Error(`There is no attack ${unknown}: 1 to ${ATTACKS.length}, or ${Object.keys(PROGRAMS).join(", ")}.`);
  const attacks = chosen.map((attack) => placed(attack, place));
  if (values.all) return runAll(attacks, { place, say }, process.env);
  for (const attack of attacks) for (const line of pageOf(attack)) say(line);
  say("Paste the commands from the top of the workspace, in their order, while the demo runs in another terminal.");
  say("All of them, with a verdict each: npx -y pnpm@12.18.0 demo:attack --all");
  return 0;
}
