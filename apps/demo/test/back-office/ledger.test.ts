import { existsSync, readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { SECRET_CHARS_MIN, ledgerOf, openLedger } from "../../src/back-office/payments/ledger.ts";
import { readOrder } from "../../src/back-office/payments/order.ts";
import { ORDER, SECRET, aLedger, aLedgerPath } from "./support/payments.ts";

const code = (code: string) => expect.objectContaining({ code }) as Error;
const order = (key: string, override = {}) => readOrder({ ...ORDER, ...override }, key);

describe("a ledger", () => {
  it("books a key once, and answers the same row again", () => {
    const path = aLedgerPath();
    const ledger = aLedger(path);
    const row = ledger.pay(order("k1"));
    expect(ledger.pay(order("k1"))).toEqual(row);
    expect(row).toMatchObject({
      id: "payment-1",
      key: "k1",
      amount: "120.00",
      currency: "EUR",
      kind: "payment",
      atMs: 1_000,
    });
    expect(ledgerOf(path)).toEqual([row]);
  });

  it.each([
    { amount: "120.01" },
    { payee: "aldgate-print" },
    { reference: "other" },
    { currency: "GBP" },
    { iban: "XX00AAAA0000000001" },
  ])("refuses a key that comes back with %j, and the first order stands", (override) => {
    const ledger = aLedger();
    const row = ledger.pay(order("k1"));
    expect(() => ledger.pay(order("k1", override))).toThrow(code("payments/key_conflict"));
    expect(ledger.find("k1")).toEqual(row);
  });

  it("books a refund once, of the whole payment, and none without a payment", () => {
    const path = aLedgerPath();
    const ledger = aLedger(path);
    ledger.pay(order("k1"));
    const refund = ledger.refund("k1");
    expect(ledger.refund("k1")).toEqual(refund);
    expect(refund).toMatchObject({ kind: "refund", key: "k1", amount: "120.00" });
    expect(() => ledger.refund("k2")).toThrow(code("payments/nothing_to_refund"));
    expect(ledgerOf(path).map(({ kind }) => kind)).toEqual(["payment", "refund"]);
  });

  it("is not paid again under a key whose payment was refunded", () => {
    const ledger = aLedger();
    const row = ledger.pay(order("k1"));
    ledger.refund("k1");
    expect(ledger.pay(order("k1"))).toEqual(row);
  });

  it("keeps its rows: the file refuses to change or drop one, and a second row of a key", () => {
    const path = aLedgerPath();
    aLedger(path).pay(order("k1"));
    const db = new Database(path);
    expect(() => db.exec("UPDATE booking SET minor = 1")).toThrow("a booking stays");
    expect(() => db.exec("DELETE FROM booking")).toThrow("a booking stays");
    expect(() =>
      db.exec(
        "INSERT INTO booking SELECT NULL, kind, key, payee, iban, minor, currency, reference, at_ms FROM booking",
      ),
    ).toThrow("UNIQUE");
    db.close();
  });

  it("books for whoever has the secret it was founded with, and for nobody else", () => {
    const path = aLedgerPath();
    for (const secret of [undefined, "", "s".repeat(SECRET_CHARS_MIN - 1)]) {
      expect(() => openLedger(path, secret, { nowMs: () => 0 })).toThrow(code("payments/secret_refused"));
    }
    expect(existsSync(path)).toBe(false);
    aLedger(path);
    expect(() => openLedger(path, `${SECRET}s`, { nowMs: () => 0 })).toThrow(code("payments/secret_refused"));
    expect(readFileSync(path).includes(SECRET)).toBe(false);
  });

  it("that is not there yet holds nothing", () => {
    expect(ledgerOf(aLedgerPath())).toEqual([]);
  });
});
