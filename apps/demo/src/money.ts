/** An amount in the smallest unit of its currency: 1266.00 GBP is 126600n with two digits. Exact, never a float. */
export interface Money {
  readonly currency: string;
  readonly minor: bigint;
}

/** Decimal digits of the currencies that the clerk knows (ISO 4217). */
export const CURRENCY_DIGITS: Readonly<Record<string, number>> = { EUR: 2, GBP: 2, USD: 2, JPY: 0 };

const AMOUNT = /^(?<whole>0|[1-9][0-9]{0,14})(?:\.(?<fraction>[0-9]+))?$/;

/** Reads `1266.00`. `undefined` if it is not a plain amount with exactly the digits of `currency`. */
export function findMoney(currency: string, text: string): Money | undefined {
  const digits = CURRENCY_DIGITS[currency];
  const groups = AMOUNT.exec(text)?.groups;
  const whole = groups?.["whole"];
  const fraction = groups?.["fraction"] ?? "";
  if (digits === undefined || whole === undefined || fraction.length !== digits) return undefined;
  return { currency, minor: BigInt(whole + fraction) };
}

/** `1266.00 GBP` */
export function formatMoney({ currency, minor }: Money): string {
  const digits = CURRENCY_DIGITS[currency] ?? 0;
  const sign = minor < 0n ? "-" : "";
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${sign}${whole}${digits === 0 ? "" : `.${text.slice(-digits)}`} ${currency}`;
}

/** The sum of amounts of one currency; zero of `currency` for none. */
export function sumOf(currency: string, amounts: readonly Money[]): Money {
  const minor = amounts.reduce((sum, amount) => sum + amount.minor, 0n);
  return { currency, minor };
}
