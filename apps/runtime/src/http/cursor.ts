import { decodeBase64url, encodeBase64url } from "@aura/trust";
import { cursorUnknown, requestInvalid } from "./http-error.ts";
import type { JsonSchema } from "./json-schema.ts";

/** A whole number in a query: text, since nothing is coerced. */
export const NUMBER_IN_QUERY: JsonSchema = { type: "string", pattern: "^(0|[1-9][0-9]{0,14})$" };
export const CURSOR_IN_QUERY: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 128,
  pattern: "^[A-Za-z0-9_-]+$",
};

/** Where a page ended, as a token that promises nothing about what is in it. */
export function cursorAfter(id: string): string {
  return encodeBase64url(new TextEncoder().encode(`1:${id}`));
}

/** @throws `http/cursor_unknown` */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [, id] = /^1:([0-9a-f-]{36})$/.exec(new TextDecoder().decode(decodeBase64url(cursor))) ?? [];
    if (id !== undefined) return id;
  } catch {
    // The answer is the same whatever is wrong with it.
  }
  throw cursorUnknown();
}

/** The size of a page. @throws `http/request_invalid` */
export function readLimit(
  limit: string | undefined,
  { items, max }: { readonly items: number; readonly max: number },
): number {
  if (limit === undefined) return items;
  const count = Number(limit);
  if (count >= 1 && count <= max) return count;
  throw requestInvalid([{ in: "query", at: "/limit", problem: `must be 1 to ${max}` }]);
}
