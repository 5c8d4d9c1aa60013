import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openSqliteLogStore } from "@aura/store";
import { aNamespace, spokenProjection } from "@aura/store/testing";
import { systemClock } from "@aura/trust";
import { expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { soundLog } from "./sound-log.ts";

const acme = aNamespace();
const APPENDER = new URL("appender.ts", import.meta.url).pathname;
const ENTRIES_IN_A_UNIT = 3;
/** After how many acknowledged units of its life each process dies, one after the other on the same file. */
const DEATHS = [1, 0, 150, 7, 64, 23];

it(`loses no acknowledged unit and keeps none in part when the process is killed ${DEATHS.length} times`, async () => {
  const path = join(temporaryFolder(), "aura.db");
  const acknowledged = new Set<string>();
  for (const death of DEATHS) {
    const acked = await appendAndDie(path, death);
    expect(acked.length).toBeGreaterThanOrEqual(death);
    for (const unit of acked) acknowledged.add(unit);
    const store = await openSqliteLogStore({ path, clock: systemClock, projections: [spokenProjection] });
    const units = await soundLog(store, acme);
    expect([...acknowledged].filter((unit) => !units.has(unit))).toEqual([]);
    expect([...units.values()].filter((entries) => entries !== ENTRIES_IN_A_UNIT)).toEqual([]);
    expect(await store.counter(acme, "units")).toBe(units.size);
    expect(await store.rows(acme, "unit")).toHaveLength(units.size);
    await store.close();
  }
  expect(acknowledged.size).toBeGreaterThan(DEATHS.reduce((sum, death) => sum + death, 0) - 1);
});

/** Runs an appender and kills it with SIGKILL when it has acknowledged `death` units. Answers all it acknowledged. */
async function appendAndDie(path: string, death: number): Promise<string[]> {
  const appender = spawn(process.execPath, ["--conditions=@aura/source", APPENDER, path, "1000000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acked: string[] = [];
  for await (const line of createInterface({ input: appender.stdout })) {
    if (line.startsWith("appended ")) acked.push(line.slice("appended ".length));
    if (line === "open" ? death === 0 : acked.length === death) appender.kill("SIGKILL");
  }
  return acked;
}
