import { expect, it } from "vitest";
import { countReport } from "../report.js";

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
