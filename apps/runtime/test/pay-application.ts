import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agent } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import type { JsonObject } from "@aura/trust";
import type { Application } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import type { DataFolder } from "../src/data-folder.ts";
import { foundNamespace, openNamespace } from "../src/wire.ts";

const SERVER = fileURLToPath(new URL("fixtures/pay-server.js", import.meta.url));

/** What its agent calls, by the mission's objective. */
export type Payments = ReadonlyMap<string, readonly [tool: string, args: JsonObject]>;

/**
 * An application that pays: `pay` and `pay_loosely` as they are asked (the latter within a budget), `pay_asked` when two of a
 * board agree. Its clerk `payer` makes the one call that its objective names, and says by which code it was refused.
 */
export function payApplication(founder: string, payments: Payments): Application {
  const tool = { upstream: "bank", class: "irreversible", tags: [], attemptTimeoutMs: 5_000, repeatable: false };
  const permitted = ["pay", "pay_loosely"];
  const release = parseRelease({
    format: "aura-release-1",
    agents: [{ name: "payer", version: "1", owner: "clerk", authority: "L1" }],
    tools: ["pay", "pay_loosely", "pay_asked"].map((name) => ({ ...tool, name })),
    people: [{ id: founder }, { id: "bo" }, { id: "cy" }, { id: "di" }],
    positions: [
      { id: "clerk", level: "L1", reportsTo: "board", holders: ["di"] },
      { id: "board", level: "L4", holders: [founder, "bo", "cy"], quorum: 2 },
    ],
    budgets: [
      {
        id: "purse",
        match: { tools: ["pay_loosely"] },
        measure: { argument: "amount", scale: 2 },
        per: "namespace",
        window: "total",
        ceilings: { L1: "1000.00" },
      },
    ],
    rules: [
      { id: "may-work", effect: "PERMIT", on: "mission", match: {}, reason: "Payers pay." },
      { id: "may-pay", effect: "PERMIT", on: "call", match: { tools: permitted }, reason: "Small change." },
      {
        id: "ask",
        effect: "ESCALATE",
        level: "L4",
        on: "call",
        match: { tools: ["pay_asked"] },
        reason: "Look first.",
      },
    ],
  });
  return {
    folder: ".",
    name: "payments",
    release,
    agents: [
      agent("payer", "1", async ({ objective }, ctx) => {
        const [name, args] = payments.get(objective) ?? ["pay", {}];
        await ctx.call(name, args);
      }),
    ],
    missions: [],
    files: undefined,
    upstreams: ({ node, files }) => [{ name: "bank", command: node, args: [SERVER, files], env: {} }],
  };
}

/** A founded namespace, and the person who may answer from its first entry on. */
export async function foundPayments(path: string): Promise<{ readonly folder: DataFolder; readonly founder: string }> {
  const folder = dataFolder(path);
  const release = parseRelease({ format: "aura-release-1", agents: [], tools: [], rules: [] });
  await foundNamespace({ folder, rootFolder: `${path}.root`, org: "example.com", release });
  mkdirSync(folder.files);
  const namespace = await openNamespace(folder);
  const founder = namespace.statement.approvers[0]?.id ?? "";
  await namespace.close();
  return { folder, founder };
}

/** What was really paid, in order. */
export function paidIn({ files }: DataFolder): readonly string[] {
  const ledger = join(files, "ledger.txt");
  return existsSync(ledger) ? readFileSync(ledger, "utf8").split("\n").slice(0, -1) : [];
}
