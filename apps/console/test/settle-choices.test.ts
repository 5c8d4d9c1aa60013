import { describe, expect, it } from "vitest";
import { settleChoices } from "../src/settle-choices.ts";

describe("what a person may say of a call", () => {
  it("is asked for an outcome that nobody knows, which cannot be tried again", () => {
    expect(settleChoices({ state: "unknown", compensates: null })).toEqual(["succeeded", "failed", "unresolved"]);
    expect(settleChoices({ state: "unknown", compensates: "1.1" })).not.toContain("retry");
  });

  it.each(["denied", "failed"])("is asked for an undo that was %s, which can", (state) => {
    expect(settleChoices({ state, compensates: "1.1" })).toContain("retry");
    expect(settleChoices({ state, compensates: null })).toEqual([]);
  });

  it.each(["succeeded", "sent", "parked", "retrying", "withdrawn"])("is not asked while it is %s", (state) => {
    expect(settleChoices({ state, compensates: "1.1" })).toEqual([]);
  });
});
