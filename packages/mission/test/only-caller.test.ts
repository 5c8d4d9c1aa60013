import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";

const packages = new URL("../../", import.meta.url);

it("calls the broker's send in one place of all packages", () => {
  const callers = readdirSync(packages, { recursive: true, encoding: "utf8" })
    .filter((path) => /^[a-z]+\/src\/.*\.ts$/.test(path) && !path.includes("/testing/"))
    .filter((path) => /\bbroker\.send\(/.test(readFileSync(new URL(path, packages), "utf8")));
  expect(callers).toEqual(["mission/src/perform-call.ts"]);
});
