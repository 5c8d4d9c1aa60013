import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { TIERS } from "./tooling/tiers.js";

/** Every package and app is a project of its own name: `vitest run --project=trust`. */
const packages = ["packages", "apps"].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => ({ name, root: `${folder}/${name}` }))
    .filter(({ root }) => existsSync(`${root}/package.json`)),
);

// The files of a project share one worker's modules: a file leaves globals as it found them, and half the time is saved.
const UNIT = { extends: true, test: { isolate: false, testTimeout: 20_000, hookTimeout: 20_000 } } as const;

/** Notes which errors the tests provoke, when the test command asks for it. */
const setupFiles = [`${import.meta.dirname}/tooling/errors/note-made.setup.ts`];

// Real servers, browsers and processes killed, with room to breathe.
const END_TO_END = { extends: true, test: { setupFiles, testTimeout: 120_000, hookTimeout: 120_000 } } as const;

/** The tiers that can run here. The test command names the others. */
const tiers = TIERS.flatMap((tier) => {
  const env = tier.find({ env: process.env, exists: existsSync });
  return env === undefined ? [] : [{ name: tier.name, env }];
});

export default defineConfig({
  // In the workspace a package's door is its source; nothing needs a build first.
  ssr: { resolve: { conditions: ["@aura/source", "module", "node", "development|production"] } },
  test: {
    maxWorkers: "100%",
    projects: [
      ...packages.map(({ name, root }) => ({
        ...UNIT,
        root,
        test: {
          ...UNIT.test,
          name,
          setupFiles,
          include: ["test/**/*.test.ts"],
          exclude: ["e2e", ...TIERS.map((tier) => tier.name)].map((kind) => `**/*.${kind}.test.ts`),
        },
      })),
      { ...UNIT, root: "tooling", test: { ...UNIT.test, name: "tooling", include: ["test/**/*.test.ts"] } },
      {
        ...END_TO_END,
        test: {
          ...END_TO_END.test,
          name: "end-to-end",
          include: ["{packages,apps}/*/test/**/*.e2e.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      // After everything else, one file at a time: each tier where it can run.
      ...tiers.map(({ name, env }, index) => ({
        ...END_TO_END,
        test: {
          ...END_TO_END.test,
          name,
          env,
          include: [`{packages,apps}/*/test/**/*.${name}.test.ts`],
          maxWorkers: 1,
          sequence: { groupOrder: 2 + index },
        },
      })),
    ],
  },
});
