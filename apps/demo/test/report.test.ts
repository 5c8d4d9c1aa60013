import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findInvoice } from "./invoice-clerk/invoice.ts";
import { reportsOf, summaryOf } from "./invoice-clerk/report.ts";

const folder = new URL("./invoice-clerk/files/invoices/", import.meta.url);

function shippedInvoices() {
  return readdirSync(folder)
    .toSorted()
    .map((name) => findInvoice(name, readFileSync(new URL(name, folder), "utf8")))
    .filter((invoice) => invoice !== undefined);
}

describe("the clerk's arithmetic over the shipped invoices", () => {
  it("reads all six", () => {
    expect(shippedInvoices().map(({ number }) => number)).toEqual([
      "AP-4471",
      "AP-4502",
      "20931",
      "KI-0088",
      "NP-2026-1187",
      "NP-2026-1204",
    ]);
  });

  it("doubts the one invoice whose total is ninety cents too high", () => {
    expect(shippedInvoices().flatMap(({ number, doubts }) => doubts.map((doubt) => [number, doubt]))).toEqual([
      ["20931", "net and tax do not add up to the total due"],
    ]);
  });

  it("totals each currency exactly", () => {
    const totals = reportsOf(shippedInvoices()).map(({ name, content }) => [name, /Total (.*)/.exec(content)?.[1]]);
    expect(totals).toEqual([
      ["eur", "1799.95 EUR"],
      ["gbp", "1589.40 GBP"],
      ["jpy", "333135 JPY"],
    ]);
  });

  it("names in the summary what was asked for and not done", () => {
    expect(summaryOf(shippedInvoices(), ["move 20931: denied"]).content).toContain("  move 20931: denied");
  });

  it("does not read a text with a broken amount", () => {
    const text = readFileSync(new URL("aldgate-print-4471.txt", folder), "utf8");
    expect(findInvoice("x", text.replace("1266.00", "1,266.00"))).toBeUndefined();
  });
});
