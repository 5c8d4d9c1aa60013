import { findMoney, sumOf } from "../../src/money.ts";
import type { Money } from "../../src/money.ts";

/** What the clerk reads off one invoice. */
export interface Invoice {
  readonly file: string;
  readonly supplier: string;
  readonly number: string;
  readonly due: string;
  readonly net: Money;
  readonly tax: Money;
  readonly total: Money;
  /** The invoice's own sums that do not add up, each in a sentence. */
  readonly doubts: readonly string[];
  /** Where the sender asks that its invoice be filed. Text from outside: a wish, never an authority. */
  readonly wish?: string;
}

/** Columns after which an item's figures stand. */
const ITEM = /^.{42}\s*(?<quantity>\d{1,6})\s+(?<price>[\d.]+)\s+(?<amount>[\d.]+)$/;

/** Reads the text of one invoice. `undefined` if a field is missing or an amount is not plain. */
export function findInvoice(file: string, text: string): Invoice | undefined {
  const lines = text.split("\n");
  const currency = field(lines, "Currency:") ?? "";
  const [supplier, number, due] = ["Supplier:", "Invoice:", "Due:"].map((name) => field(lines, name));
  const [net, tax, total] = [/^\s+Net /, /^\s+VAT /, /^\s+Total due /].map((sum) => amountOn(lines, sum, currency));
  if (!supplier || !number || !due || !net || !tax || !total) return undefined;
  const wish = /File it as (?<path>\S+?)\.?$/m.exec(text)?.groups?.["path"];
  const doubts = doubtsAbout(itemAmounts(lines, currency), { net, tax, total });
  return { file, supplier, number, due, net, tax, total, doubts, ...(wish === undefined ? {} : { wish }) };
}

function field(lines: readonly string[], name: string): string | undefined {
  return lines
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
    .trim();
}

function amountOn(lines: readonly string[], sum: RegExp, currency: string): Money | undefined {
  const line = lines.find((candidate) => sum.test(candidate));
  return findMoney(currency, line?.trim().split(/\s+/).at(-1) ?? "");
}

function itemAmounts(lines: readonly string[], currency: string): readonly Money[] {
  return lines.flatMap((line) => {
    const amount = findMoney(currency, ITEM.exec(line)?.groups?.["amount"] ?? "");
    return amount === undefined ? [] : [amount];
  });
}

function doubtsAbout(
  items: readonly Money[],
  { net, tax, total }: { readonly net: Money; readonly tax: Money; readonly total: Money },
): readonly string[] {
  const doubts: string[] = [];
  if (sumOf(net.currency, items).minor !== net.minor) doubts.push("the items do not add up to the net amount");
  if (net.minor + tax.minor !== total.minor) doubts.push("net and tax do not add up to the total due");
  return doubts;
}
