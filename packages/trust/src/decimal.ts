/** A decimal number as digits before and after the point, without rounding. */
export interface Decimal {
  /** The number times 10^places. */
  readonly digits: bigint;
  readonly places: number;
}

export const DECIMAL_CHARS_MAX = 64;

/** An optional minus, no leading zeros, no exponent, no plus, no grouping, ASCII digits only. */
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** Reads decimal text like "-12.50"; undefined for anything else ("5,000", "1e3", "NaN", "+1", "01", "-0"). */
export function readDecimal(text: string): Decimal | undefined {
  if (text.length > DECIMAL_CHARS_MAX || !DECIMAL.test(text)) return undefined;
  const point = text.indexOf(".");
  const places = point === -1 ? 0 : text.length - point - 1;
  const digits = BigInt(text.replace(".", ""));
  return digits === 0n && text.startsWith("-") ? undefined : { digits, places };
}

/** Negative, zero or positive as `left` is below, equal to or above `right`: "1.50" equals "1.5". */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const places = Math.max(left.places, right.places);
  const difference = scaled(left, places) - scaled(right, places);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** The same for texts; NaN, which no comparison accepts, if either is not decimal text. */
export function compareDecimalTexts(left: string, right: string): number {
  const [a, b] = [readDecimal(left), readDecimal(right)];
  return a === undefined || b === undefined ? Number.NaN : compareDecimals(a, b);
}

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places);
}
