// Records the histories of today's version: node --conditions=@aura/source packages/engine/test/histories/record.ts
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { SimulatedCrash, interceptAppend } from "@aura/mission/testing";
import { type Commitment, isAuraError } from "@aura/trust";
import { type TestRun, aRun, behind, executed } from "../support/a-run.ts";
import type { KeptHistory } from "../support/kept-history.ts";
import { PROGRAMS } from "./programs.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
const folder = new URL(`./${version}/`, import.meta.url);
mkdirSync(folder, { recursive: true });

for (const [name, program] of Object.entries(PROGRAMS)) {
  const run = await aRun();
  prepare(run);
  const whole = behind(run, diesAtEnd(run));
  const result: unknown = await executed(whole, program).catch((error: unknown) => error);
  if (!(result instanceof SimulatedCrash)) throw new Error(`${name} did not come to its end: ${String(result)}`);
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(await kept(run), undefined, 1)}\n`);
  process.stdout.write(`${version}/${name}.json\n`);
}

/** What the programs meet in the world. */
function prepare({ world }: TestRun): void {
  const { broker, governor } = world;
  broker.act = async (sending) =>
    sending.arguments["path"] === "missing"
      ? { kind: "failed", code: "notes/missing", message: "There is no such note." }
      : { kind: "succeeded", result: broker.effect(sending) };
  const permit = governor.answer;
  governor.answer = (request) =>
    request.call?.tool.name === "send_mail" ? { kind: "DENY", rules: ["no-mail"] } : permit(request);
}

/** The history of a run whose process died just before the entry of its end. */
function diesAtEnd({ world }: TestRun) {
  return interceptAppend(world.store, (append, context, units) => {
    const ends = units.some(({ writes }) => writes.some(({ entries }) => entries.some(({ type }) => type === "run.ended")));
    if (ends) throw new SimulatedCrash();
    return append(context, units);
  });
}

async function kept({ world, mission }: TestRun): Promise<KeptHistory> {
  const log = [];
  const payloads = [];
  for await (const { entry } of world.store.readLog(world.context, 0)) {
    log.push(entry);
    for (const commitment of Object.values(entry.payloads)) payloads.push(await payload(world, commitment));
  }
  const unique = [...new Map(payloads.map((one) => [one.commitment, one])).values()];
  return { mission: mission.id, log, payloads: unique };
}

async function payload({ store, context }: TestRun["world"], commitment: Commitment) {
  const found = await store.payload(context, commitment);
  if (found === undefined || found === "erased" || isAuraError(found)) throw new Error(`no payload ${commitment}`);
  return found;
}
