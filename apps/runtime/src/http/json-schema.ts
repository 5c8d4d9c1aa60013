/** A JSON Schema (2020-12). */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export const TEXT: JsonSchema = { type: "string" };
/** Store time in milliseconds, or a count. */
export const WHOLE: JsonSchema = { type: "integer", minimum: 0 };
export const FLAG: JsonSchema = { type: "boolean" };
/** Any JSON value. */
export const ANY: JsonSchema = {};

/** An object with exactly these members, all of them there but those in `optional`. */
export function closed(
  properties: { readonly [name: string]: JsonSchema },
  optional: { readonly [name: string]: JsonSchema } = {},
): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
  };
}

export function listOf(items: JsonSchema, itemsMax?: number): JsonSchema {
  return { type: "array", items, ...(itemsMax === undefined ? {} : { maxItems: itemsMax }) };
}

export function orNull(schema: JsonSchema): JsonSchema {
  return typeof schema["type"] === "string" && schema["enum"] === undefined && schema["const"] === undefined
    ? { ...schema, type: [schema["type"], "null"] }
    : { anyOf: [schema, { type: "null" }] };
}

export function oneOf(...values: readonly string[]): JsonSchema {
  return { type: "string", enum: values };
}

/** A schema of `SCHEMAS`, by name. */
export function ref(name: string): JsonSchema {
  return { $ref: `${name}#` };
}

/** An answer of a route: JSON of a named schema. */
export function answer(description: string, schema: JsonSchema): JsonSchema {
  return { description, content: { "application/json": { schema } } };
}
