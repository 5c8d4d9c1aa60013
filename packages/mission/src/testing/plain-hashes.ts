import { createHash } from "node:crypto";
import type { Entry, JsonValue } from "@aura/trust";

/**
 * Which of `texts` have a plain SHA-256 somewhere in `entries`, in hex, base64 or base64url: whoever holds the log could
 * confirm a guess at them after they were destroyed. Looks into every name and value, and into statements in base64url.
 */
export function plainHashesIn(entries: readonly Entry[], texts: Iterable<string>): readonly string[] {
  const log = entries.flatMap((entry) => spoken(entry as unknown as JsonValue)).join("\n");
  const folded = log.toLowerCase();
  return [...new Set(texts)].filter((text) => {
    const hash = createHash("sha256").update(text, "utf8").digest();
    const inBase64 = (["base64", "base64url"] as const).map((encoding) => hash.toString(encoding).replace(/=$/, ""));
    return inBase64.some((spelling) => log.includes(spelling)) || folded.includes(hash.toString("hex"));
  });
}

/** Every text of a value, its members' names among them; of a statement (compact JWS) also what it states. */
function spoken(value: JsonValue): string[] {
  if (typeof value === "string")
    return [value, ...value.split(".").map((part) => Buffer.from(part, "base64url").toString())];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...spoken(member)]);
}
