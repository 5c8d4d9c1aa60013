import type { JsonValue } from "@aura/trust";

/** What 2^53 - 1 of the smallest unit may be written with, and then some. */
const AMOUNT_CHARS_MAX = 64;

/** No sign, no leading zeros, no exponent, no grouping, ASCII digits only. */
const AMOUNT = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * An amount as an integer of its smallest unit: "12.5" with scale 2 is 1250. Reads decimal text and whole JSON numbers.
 * `undefined` for everything else: absent, negative, "5,000", "1e3", 12.5 (a float), more digits than the scale has, and
 * whatever would not fit into 2^53 - 1.
 */
export function minorUnits(value: JsonValue | undefined, scale: number): number | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || text.length > AMOUNT_CHARS_MAX) return undefined;
  const [, whole, fraction = ""] = AMOUNT.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return undefined;
  const units = BigInt(whole + fraction.padEnd(scale, "0"));
  return units <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(units) : undefined;
}
