import { expect, it } from "vitest";
import { lostText } from "../src/kept-text.ts";

it("says by icon and word that a text is not the one that was recorded", () => {
  expect(lostText("altered")).toEqual({
    word: "Altered: this text is not the one that was recorded.",
    icon: "cross",
    tone: "bad",
  });
});

it("says that a text was erased, which is no alarm", () => {
  expect(lostText("erased")).toMatchObject({ word: "Erased. The log still commits to it.", tone: "quiet" });
});

it.each([[{ path: "altered" }], [["altered"]], ["altered text"], ["constructor"], [null], [7]])(
  "shows every other text itself: %j",
  (value) => expect(lostText(value)).toBeUndefined(),
);
