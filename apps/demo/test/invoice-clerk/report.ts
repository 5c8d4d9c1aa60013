import type { Invoice } from "./invoice.ts";
import { formatMoney, sumOf } from "../../src/money.ts";

/** A file the clerk writes: one per currency, and a summary. */
export interface Report {
  readonly name: string;
  readonly content: string;
}

/** One report per currency, by name. Pure: the same invoices give the same bytes. */
export function reportsOf(invoices: readonly Invoice[]): readonly Report[] {
  return currenciesOf(invoices).map((currency) => ({
    name: currency.toLowerCase(),
    content: currencyReport(
      currency,
      invoices.filter(({ total }) => total.currency === currency),
    ),
  }));
}

/** What a person reads first: totals, doubts, and what the rules did not allow. */
export function summaryOf(invoices: readonly Invoice[], refused: readonly string[]): Report {
  const totals = currenciesOf(invoices).map((currency) => {
    const amounts = invoices.flatMap(({ total }) => (total.currency === currency ? [total] : []));
    return `  ${formatMoney(sumOf(currency, amounts)).padStart(16)}  ${amounts.length} invoice(s)`;
  });
  const doubts = invoices.flatMap(({ number, doubts: found }) => found.map((doubt) => `  ${number}: ${doubt}.`));
  return {
    name: "summary",
    content: [
      `${invoices.length} invoices, due by currency:`,
      ...totals,
      "",
      "To be looked at by a person:",
      ...(doubts.length > 0 ? doubts : ["  nothing"]),
      "",
      "Asked for in an invoice, and not done:",
      ...(refused.length > 0 ? refused.map((line) => `  ${line}`) : ["  nothing"]),
      "",
    ].join("\n"),
  };
}

function currencyReport(currency: string, invoices: readonly Invoice[]): string {
  const rows = invoices.toSorted(byDueDate).map(({ due, supplier, number, total, doubts }) => {
    const mark = doubts.length > 0 ? " (to be checked)" : "";
    return `  ${due}  ${supplier.padEnd(30)}  ${number.padEnd(14)}${formatMoney(total).padStart(16)}${mark}`;
  });
  const total = sumOf(
    currency,
    invoices.map((invoice) => invoice.total),
  );
  return [`Payments due in ${currency}`, "", ...rows, "", `  Total ${formatMoney(total)}`, ""].join("\n");
}

function currenciesOf(invoices: readonly Invoice[]): readonly string[] {
  return [...new Set(invoices.map(({ total }) => total.currency))].toSorted();
}

function byDueDate(one: Invoice, other: Invoice): number {
  return `${one.due} ${one.number}` < `${other.due} ${other.number}` ? -1 : 1;
}
