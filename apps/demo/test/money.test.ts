import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMoney, formatMoney, sumOf } from "../src/money.ts";

describe("money", () => {
  it("reads back every amount it writes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("EUR", "GBP", "JPY"),
        fc.bigInt({ min: 0n, max: 99_999_999_999n }),
        (currency, minor) => {
          const [amount = ""] = formatMoney({ currency, minor }).split(" ");
          expect(findMoney(currency, amount)).toEqual({ currency, minor });
        },
      ),
    );
  });

  it.each(["5,000", "1.5", "1.500", "-1.00", "", "NaN", "1e3", "01.00", " 1.00"])(
    "does not take %j for euros",
    (text) => {
      expect(findMoney("EUR", text)).toBeUndefined();
    },
  );

  it("sums to the last cent where floats do not", () => {
    const amounts = Array.from({ length: 3 }, () => ({ currency: "EUR", minor: 10n }));
    expect(formatMoney(sumOf("EUR", amounts))).toBe("0.30 EUR");
  });
});
