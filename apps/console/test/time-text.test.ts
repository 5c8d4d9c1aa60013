import { describe, expect, it } from "vitest";
import { ageText, spanText } from "../src/time-text.ts";

describe("spanText", () => {
  it.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [65_000, "1 min 5 s"],
    [3_600_000, "1 h"],
    [3_660_000, "1 h 1 min"],
    [90_000_000, "1 d 1 h"],
  ])("says %d ms as %s", (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});

describe("ageText", () => {
  it.each([
    [0, "just now"],
    [-3_000, "just now"],
    [2_000, "2 s ago"],
    [60_000, "1 min ago"],
    [7_200_000, "2 h ago"],
    [172_800_000, "2 d ago"],
  ])("says an age of %d ms as %s", (ms, text) => {
    expect(ageText(1_000_000_000_000 - ms, 1_000_000_000_000)).toBe(text);
  });
});
