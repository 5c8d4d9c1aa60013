import { describe, expect, it } from "vitest";
import { alterDigit } from "../src/alter-digit.ts";

describe("one digit of an amount", () => {
  it("is made another one wherever the amount stands in the text", () => {
    expect(alterDigit('Argument: "amount" = "6800.00"', "6800.00")).toEqual({
      text: 'Argument: "amount" = "7800.00"',
      amount: "7800.00",
    });
    expect(alterDigit("9.00", "9.00")?.amount).toBe("1.00");
  });

  it.each([
    ["no amount", "amount 1.00", ""],
    ["another amount", "amount 1.00", "2.00"],
  ])("is left alone with %s", (_name, text, amount) => {
    expect(alterDigit(text, amount)).toBeUndefined();
  });
});
