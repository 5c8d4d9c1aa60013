import type { Payload } from "@aura/store";
import { type JsonValue, type Random, canonicalJson, commit, newNonce } from "@aura/trust";

/** A text on its way into the store, committed to under a nonce of its own. */
export function payloadOf(random: Random, text: string): Payload {
  const nonce = newNonce(random);
  return { commitment: commit(nonce, text), nonce, text };
}

/** Canonical text of a result, or why it cannot be one. Total: whatever a function returns. */
export function resultText(
  value: unknown,
  bytesMax: number,
):
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "not_json"; readonly cause: unknown }
  | { readonly kind: "too_large" } {
  try {
    const text = canonicalJson(value as JsonValue);
    return Buffer.byteLength(text) > bytesMax ? { kind: "too_large" } : { kind: "text", text };
  } catch (cause) {
    return { kind: "not_json", cause };
  }
}
