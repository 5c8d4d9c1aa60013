/** What JSON can carry. Money and integers beyond 2^53 travel as decimal text. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object: own members only. */
export interface JsonObject {
  readonly [member: string]: JsonValue;
}
