import { join } from "node:path";
import { workspaceFolder } from "../tools.js";
import { readManifest } from "../release/plan.ts";
import type { Consumer } from "./consumer.ts";

/** The contract suites that the published packages bring, over their published adapters. */
const CONTRACTS = `
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createGovernor, parseRelease } from "@aura/governance";
import { missionProjection, performCall } from "@aura/mission";
import { FakeGovernor, aCall, aMission, aWorld, governorContract } from "@aura/mission/testing";
import { openMemoryLogStore, openSqliteLogStore } from "@aura/store";
import { FakeClock, logStoreContract } from "@aura/store/testing";

const path = () => join(mkdtempSync(join(process.cwd(), "log-")), "aura.db");

logStoreContract("memory", async (options) => openMemoryLogStore(options));
logStoreContract("SQLite", async (options) => openSqliteLogStore({ ...options, path: path() }));
governorContract("the fake", () => new FakeGovernor());
governorContract("a release without this agent", () =>
  createGovernor({ current: parseRelease({ format: "aura-release-1", agents: [], tools: [], rules: [] }), known: [], firstApprovers: [] }),
);

it("takes a mission from its approval to a governed call, verified and recorded in an SQLite log", async () => {
  const clock = new FakeClock();
  const store = await openSqliteLogStore({ clock, path: path(), projections: [missionProjection] });
  const world = await aWorld({ clock, store });
  const mission = await aMission(world);
  world.broker.notes.set("invoices.txt", "42.00");
  expect(await performCall(world, await aCall(world, { mission: mission.id }))).toMatchObject({ end: { kind: "succeeded", result: "42.00" } });
  await store.close();
});
`;

/** What a project needs beside the packages themselves to run their contract suites. */
export const CONTRACT_TOOLS = {
  vitest: readManifest(join(workspaceFolder, "node_modules/vitest/package.json")).version,
};

export interface Verdict {
  readonly passed: boolean;
  readonly seen: string;
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the published contract suites against whatever trust the project has. */
export async function runContracts(consumer: Consumer): Promise<Verdict> {
  consumer.write("contracts.test.mjs", CONTRACTS);
  const reporters = ["--reporter=default", "--reporter=json", "--outputFile.json=report.json"];
  // As long as the workspace's own tests may take: machines are busy.
  const limits = ["--testTimeout=120000", "--hookTimeout=120000"];
  const { exitCode, output } = await consumer.run("node_modules/.bin/vitest", "run", ...limits, ...reporters);
  const report = consumer.read("report.json");
  if (report === undefined) return { passed: false, seen: output.slice(-600) };
  const { numTotalTests: total, numPassedTests: passed, testResults } = JSON.parse(report) as Report;
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  const seen = `${passed} of ${total} tests${failed === undefined ? "" : `, not: ${failed.fullName}`}`;
  return { passed: exitCode === 0 && total > 0 && passed === total, seen };
}

/** A namespace founded by the published runtime, its log exported and then verified by the project's own trust. */
export async function runCommands(consumer: Consumer): Promise<Verdict> {
  const [aura, trust] = ["node_modules/.bin/aura", "node_modules/.bin/aura-trust"];
  const steps = [
    [aura, "init", "--data", "data", "--root-dir", "root"],
    [aura, "export", "--data", "data", "--out", "log.jsonl"],
    [trust, "verify", "log.jsonl", "--key", "data/log.vkey"],
  ];
  for (const step of steps) {
    const { exitCode, output } = await consumer.run(...step);
    if (exitCode !== 0) return { passed: false, seen: `${step.slice(0, 2).join(" ")}: ${output.slice(-600)}` };
  }
  return { passed: true, seen: "aura init, aura export, aura-trust verify" };
}
