import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadMission } from "@aura/mission";
import type { Attempt } from "../hostile/attempts.ts";
import { runningDemo } from "../demo-api.ts";
import { identityIn, ledgerIn, openLog } from "../copied-log.ts";
import { ledgerOf } from "../../src/back-office/payments/ledger.ts";
import type { Program } from "../program.ts";
import { tallyOf } from "../tally.ts";
import { copyOf } from "./copy.ts";

const CLI = fileURLToPath(import.meta.resolve("@aura/runtime")).replace(/index\.ts$/, "cli/main.ts");
const APPLICATION = fileURLToPath(new URL("../hostile", import.meta.url));
const SERVER = fileURLToPath(new URL("../../src/back-office/payments/system-server.ts", import.meta.url));

/** What an agent's process can do still; see SECURITY.md. Anything else that it gets is a hole. */
const LIMITS: readonly string[] = ["reach a server over the network"];

/** `hostile NAME`: an agent whose code was taken over, run by a real runtime in a folder of its own, and what it got. */
export const hostile: Program = async ([name = ""], { place, say }) => {
  const data = copyOf(place.copies, name);
  for (const path of [data, `${data}.root`]) rmSync(path, { recursive: true, force: true });
  mkdirSync(place.copies, { recursive: true, mode: 0o700 });
  const aura = (args: readonly string[], exits: readonly number[]): string => {
    say(`$ aura ${args.join(" ")}`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@aura/source", CLI, ...args], {
      encoding: "utf8",
    });
    if (status === null || !exits.includes(status)) throw new Error(`It ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };
  aura(["init", "--data", data, "--app", APPLICATION], [0]);
  mkdirSync(join(`${data}.root`, "people"));
  writeFileSync(join(`${data}.root`, "people", "ines.key"), "a person's key\n", { mode: 0o600 });
  const loot = {
    data: resolve(data),
    root: resolve(`${data}.root`),
    server: SERVER,
    runtime: runningDemo(place.data).url,
  };
  const definition = join(place.copies, `${name}.json`);
  writeFileSync(
    definition,
    JSON.stringify({ objective: JSON.stringify(loot), tools: ["pay"], authority: "L1", timeout: "PT5M" }),
  );
  const launched = aura(["launch", "payables-clerk", definition, "--data", data], [0]);
  const mission = /mission ([0-9a-f-]{36})/.exec(launched)?.[1] ?? "";
  aura(["start", "--app", APPLICATION, "--data", data, "--until-idle"], [0]);

  const tally = tallyOf(say);
  for (const { what, got, refused } of await triedIn(data, mission)) {
    if (!LIMITS.includes(what)) tally.attempt(`it tries to ${what}`, refused ?? `GOT ${got}`, got === undefined);
    else say(`limit  it tries to ${what}\n         -> ${got === undefined ? `refused: ${refused}` : `got it: ${got}`}`);
  }
  const rows = ledgerOf(ledgerIn(data)).length;
  tally.attempt("its ledger, in the end", `${rows} row(s)`, rows === 0);
  return tally.exitCode();
};

/** What the agent itself reported: the result of its mission. */
async function triedIn(data: string, id: string): Promise<readonly Attempt[]> {
  const { namespace } = identityIn(data);
  const store = await openLog(data);
  try {
    const mission = await loadMission({ store, context: { namespace } } as Parameters<typeof loadMission>[0], id);
    const payload = mission?.result === undefined ? undefined : await store.payload({ namespace }, mission.result);
    if (payload === undefined || payload === "erased")
      throw new Error(`Mission ${id} has no result: it is ${mission?.outcomeKind ?? mission?.state}.`);
    return (JSON.parse(payload.text) as { readonly tried: readonly Attempt[] }).tried;
  } finally {
    await store.close();
  }
}
