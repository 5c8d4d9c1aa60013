import type { JsonValue } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMoney } from "../../src/money.ts";
import { readKeyAlone, readOrder } from "../../src/back-office/payments/order.ts";
import { ORDER } from "./support/payments.ts";

const code = (code: string) => expect.objectContaining({ code }) as Error;
const read = (override: { readonly [name: string]: JsonValue | undefined }, key: JsonValue | undefined = "k1") =>
  readOrder(JSON.parse(JSON.stringify({ ...ORDER, ...override })) as never, key);

describe("an order", () => {
  it("goes to the account on file, or to the IBAN it names", () => {
    expect(read({})).toEqual({
      key: "k1",
      payee: "nordwind-papier",
      iban: "DE75999999990000118704",
      money: { currency: "EUR", minor: 12_000n },
      reference: "NW-1187",
      bankMs: 0,
    });
    expect(read({ payee: "stranger", iban: "XX00AAAA0000000001" })).toMatchObject({
      payee: "stranger",
      iban: "XX00AAAA0000000001",
    });
  });

  it("keeps every amount to the last cent", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("EUR", "GBP", "JPY"),
        fc.bigInt({ min: 1n, max: 10n ** 17n - 1n }),
        (currency, minor) => {
          const [amount = ""] = formatMoney({ currency, minor }).split(" ");
          fc.pre(amount.split(".")[0]!.length <= 15);
          expect(read({ currency, amount }).money).toEqual({ currency, minor });
        },
      ),
    );
  });

  it.each([
    "5,000",
    "5,000.00",
    "NaN",
    "1e400",
    "1e3",
    "Infinity",
    "-1.00",
    "+1.00",
    "0.00",
    "1.000",
    "1.5",
    "1",
    "",
    " 1.00",
    "1.00 ",
    "01.00",
    "0x10",
    "١.00",
    "9".repeat(16) + ".00",
  ])("of the amount %j is refused", (amount) => {
    expect(() => read({ amount })).toThrow(code("payments/amount_malformed"));
  });

  it.each([[5], [null], [["1.00"]], [{ toString: "1.00" }], [undefined], [true]])(
    "of the amount %j, which is no text, is refused",
    (amount) => {
      expect(() => read({ amount })).toThrow(code("payments/amount_malformed"));
    },
  );

  it.each([
    ["payee", "Nordwind Papier"],
    ["payee", ""],
    ["payee", 7],
    ["currency", "XXX"],
    ["currency", "__proto__"],
    ["currency", undefined],
    ["reference", ""],
    ["reference", "a\nb"],
    ["reference", "x".repeat(141)],
    ["iban", "DE12"],
    ["iban", null],
    ["swift", "X"],
  ])("with %s %j is refused", (member, value) => {
    expect(() => read({ [member]: value })).toThrow(code("payments/order_malformed"));
  });

  it("to a payee that is not on file and has no IBAN, or whose account is closed, is refused", () => {
    expect(() => read({ payee: "stranger" })).toThrow(code("payments/payee_unknown"));
    expect(() => read({ payee: "altstadt-druck" })).toThrow(code("payments/account_closed"));
  });

  it("has the key among its arguments, else the one beside them, else none", () => {
    expect(read({ idempotency_key: "mine" }, "sent").key).toBe("mine");
    expect(read({}, "sent").key).toBe("sent");
    for (const key of [undefined, "", "a b", "x".repeat(257), 7, null, "a\n"]) {
      expect(() => readOrder(ORDER, key)).toThrow(code("payments/key_required"));
    }
    expect(() => readKeyAlone({})).toThrow(code("payments/key_required"));
    expect(() => readKeyAlone({ idempotency_key: "k", amount: "1.00" })).toThrow(code("payments/order_malformed"));
  });
});
