import type { ArgumentSource } from "@aura/mission";
import type { JsonObject, JsonValue } from "@aura/trust";

/**
 * The value that a source makes of a call's arguments; `undefined` if its pointer (RFC 6901) leads nowhere, or to what a
 * prefix cannot stand before. Pure.
 */
export function valueFrom(source: ArgumentSource, args: JsonObject): JsonValue | undefined {
  if ("value" in source) return source.value;
  const value = valueAt(source.from, args);
  if (!("prefix" in source)) return value;
  const text = value === undefined ? undefined : textOf(value);
  return text === undefined ? undefined : source.prefix + text;
}

/** The arguments that a mapping makes of a call's own; `undefined` if one of them cannot be made. */
export function argumentsFrom(
  mapping: { readonly [argument: string]: ArgumentSource },
  args: JsonObject,
): JsonObject | undefined {
  const values = Object.entries(mapping).map(([name, source]) => [name, valueFrom(source, args)] as const);
  return values.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(values) as JsonObject);
}

/** A text as it is, a number or a boolean as JSON writes it; `undefined` for what is no single text. */
export function textOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? JSON.stringify(value) : undefined;
}

/** RFC 6901 section 4, over own members only. */
function valueAt(pointer: string, args: JsonObject): JsonValue | undefined {
  if (pointer === "") return args;
  if (!pointer.startsWith("/")) return undefined;
  const names = pointer
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  let value: JsonValue | undefined = args;
  for (const name of names) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
