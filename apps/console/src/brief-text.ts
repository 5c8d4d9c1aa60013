import type { JsonObject } from "@aura/trust";
import { shortened } from "./shortened.ts";

/** Longer values are cut in their middle: a line must tell two requests apart, no more. */
const VALUE_CHARS_MAX = 48;

/** The values of arguments that fit on a line, in their order. Names and whole values stand below it. */
export function briefText(given: JsonObject): string {
  return Object.values(given)
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map((value) => {
      const text = String(value).replaceAll(/\s+/g, " ").trim();
      return text.length > VALUE_CHARS_MAX ? shortened(text) : text;
    })
    .join(" · ");
}
