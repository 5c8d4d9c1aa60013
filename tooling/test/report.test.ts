import { describe, expect, it } from "vitest";
import { concludeRun, countInstalled, countReport } from "../report.js";
import { TIERS } from "../tiers.js";

function aReport(...statuses: readonly string[]) {
  return {
    testResults: [
      { name: "a.test.ts", assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status })) },
    ],
  };
}

it("counts what passed and what failed", () => {
  expect(countReport(aReport("passed", "failed", "passed"), 1)).toEqual({ passed: 2, failed: 1, said: [] });
});

it.each(["skipped", "pending", "todo", "disabled"])("counts a test that is %s as failed, and names it", (status) => {
  expect(countReport(aReport("passed", status), 0)).toEqual({
    passed: 1,
    failed: 1,
    said: [`${status}: a.test.ts: test 1`],
  });
});

it("counts a run that ended badly with no failing test as one failure", () => {
  expect(countReport(aReport("passed"), 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(countReport(aReport(), 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(countReport(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
});

it("counts what was tried as installed, and one that tried nothing or ended badly as failed", () => {
  expect(countInstalled({ passed: 40, failed: 0 }, 0)).toEqual({ passed: 40, failed: 0, said: [] });
  expect(countInstalled({ passed: 39, failed: 1 }, 1)).toMatchObject({ passed: 39, failed: 1 });
  expect(countInstalled({ passed: 3, failed: 0 }, 1)).toMatchObject({ failed: 1 });
  expect(countInstalled({ passed: 0, failed: 0 }, 0)).toMatchObject({ failed: 1 });
  expect(countInstalled(undefined, 1)).toEqual({ passed: 0, failed: 1, said: [] });
});

describe("a run that ends", () => {
  const BROWSER = TIERS.filter(({ name }) => name === "browser");
  const ALL_PASSED = { passed: 9, failed: 0 };

  it("with everything run and passed has one last line", () => {
    expect(concludeRun(ALL_PASSED, [], { CI: "true" })).toEqual({ lines: ["9 passed, 0 failed"], exitCode: 0 });
  });

  it.each([{}, { CI: "" }])("with a tier that cannot run passes on a person's machine (%j), and names it", (env) => {
    const lines = ["not run: browser (install chromium)", "9 passed, 0 failed"];
    expect(concludeRun(ALL_PASSED, BROWSER, env)).toEqual({ lines, exitCode: 0 });
  });

  it("with a tier that cannot run fails in CI", () => {
    const lines = ["not run: browser (install chromium)", "9 passed, 1 failed"];
    expect(concludeRun(ALL_PASSED, BROWSER, { CI: "true" })).toEqual({ lines, exitCode: 1 });
  });

  it("with a failure, or with nothing that passed, has failed", () => {
    expect(concludeRun({ passed: 9, failed: 1 }, [], {}).exitCode).toBe(1);
    expect(concludeRun({ passed: 0, failed: 0 }, [], {}).exitCode).toBe(1);
  });
});
