import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** Every package and app is a project of its own name: `vitest run --project=trust`. */
const packages = ["packages", "apps"].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => ({ name, root: `${folder}/${name}` }))
    .filter(({ root }) => existsSync(`${root}/package.json`)),
);

// The files of a project share one worker's modules: a file leaves globals as it found them, and half the time is saved.
const UNIT = { extends: true, test: { isolate: false, testTimeout: 20_000, hookTimeout: 20_000 } } as const;

export default defineConfig({
  // In the workspace a package's door is its source; nothing needs a build first.
  ssr: { resolve: { conditions: ["@aura/source", "module", "node", "development|production"] } },
  test: {
    maxWorkers: "100%",
    projects: [
      ...packages.map(({ name, root }) => ({
        ...UNIT,
        root,
        test: { ...UNIT.test, name, include: ["test/**/*.test.ts"], exclude: ["**/*.e2e.test.ts"] },
      })),
      { ...UNIT, root: "tooling", test: { ...UNIT.test, name: "tooling", include: ["test/**/*.test.ts"] } },
      // Real servers and real processes killed: after everything else, two files at a time, with room to breathe.
      {
        extends: true,
        test: {
          name: "end-to-end",
          include: ["{packages,apps}/*/test/**/*.e2e.test.ts"],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
