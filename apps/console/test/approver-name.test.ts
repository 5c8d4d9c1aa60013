import { describe, expect, it } from "vitest";
import { approverName } from "../src/approver-name.ts";

describe("the name of an approver", () => {
  it.each([
    [{ person: "mira", name: "Mira Halvorsen" }, "Mira Halvorsen"],
    [{ person: "mira", name: null }, "mira"],
    [{ person: "01980000-0000-7000-8000-000000000001", name: null }, "First approver, from the founding"],
    [{ person: "01980000-0000-7000-8000-000000000001", name: "Ada" }, "Ada"],
  ])("of %j is in words", (approver, words) => {
    expect(approverName(approver)).toBe(words);
  });
});
