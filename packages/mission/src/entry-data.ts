import type { Commitment, Entry, JsonObject, JsonValue } from "@aura/trust";
import { logUnreadable } from "./mission-error.ts";

/** Reads members of an entry's `data`. @throws `mission/log_unreadable` if the member is absent or of another type */
export function textIn(entry: Entry, member: string): string {
  const value = entry.data[member];
  if (typeof value !== "string") throw unreadable(entry, member);
  return value;
}

export function numberIn(entry: Entry, member: string): number {
  const value = entry.data[member];
  if (typeof value !== "number") throw unreadable(entry, member);
  return value;
}

export function textsIn(entry: Entry, member: string): readonly string[] {
  const value = entry.data[member];
  if (!isTexts(value)) throw unreadable(entry, member);
  return value;
}

export function objectIn(entry: Entry, member: string): JsonObject {
  const value = entry.data[member];
  if (!isObject(value)) throw unreadable(entry, member);
  return value;
}

export function commitmentIn(entry: Entry, payload: string): Commitment {
  const value = entry.payloads[payload];
  if (value === undefined) throw logUnreadable(entry.stream, entry.version, `it has no payload "${payload}"`);
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function unreadable(entry: Entry, member: string): Error {
  return logUnreadable(entry.stream, entry.version, `"${member}" of ${entry.type} is missing or of another type`);
}
