import { expect, it } from "vitest";
import { lostStatus, objectiveText } from "../src/kept-text.ts";

it("says by icon and word that a text is not the one that was recorded", () => {
  expect(lostStatus("altered")).toEqual({
    word: "Altered: this text is not the one that was recorded.",
    icon: "cross",
    tone: "bad",
  });
});

it("says that a text was erased, which is no alarm", () => {
  expect(lostStatus("erased")).toMatchObject({ word: "Erased. The log still commits to it.", tone: "quiet" });
});

it("calls a mission by its objective, also one that reads like a loss, and says when that is lost", () => {
  expect(objectiveText({ objective: "altered", lost: {} })).toBe("altered");
  expect(objectiveText({ objective: null, lost: { definition: "altered" } })).toContain("altered");
});
