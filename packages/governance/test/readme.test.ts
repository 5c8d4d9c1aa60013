import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseReleaseText, releaseWarnings } from "../src/index.ts";

it("the release in the README loads as it stands there", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [graph = "", budgets = ""] = [...readme.matchAll(/```yaml\n([^`]*)```/g)].map(([, yaml]) => yaml);
  const rest = `
format: aura-release-1
agents: [{ name: clerk, version: "1", owner: analyst, authority: L1 }]
tools: [{ name: pay, upstream: bank, class: irreversible, tags: [], attemptTimeoutMs: 1000, repeatable: true }]
rules: []
`;
  const release = parseReleaseText(`${rest}${graph}${budgets}`, { file: "README.md", format: "yaml" });
  expect(release.positions?.map(({ id }) => id)).toEqual(["analyst", "manager", "head"]);
  expect(release.budgets?.map(({ id }) => id)).toEqual(["payments-a-day"]);
  expect(releaseWarnings(release)).toEqual([]);
});
