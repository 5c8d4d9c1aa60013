import type { Payload } from "@aura/store";
import { type Commitment, type JsonValue, type Random, canonicalJson, commit, newNonce } from "@aura/trust";

/** A text on its way into the store, committed to under a nonce of its own. */
export function payloadOf(random: Random, text: string): Payload {
  const nonce = newNonce(random);
  return { commitment: commit(nonce, text), nonce, text };
}

/** Names commitments as an entry does. */
export function commitmentsOf(payloads: { readonly [name: string]: Payload | undefined }): {
  readonly [name: string]: Commitment;
} {
  const named = Object.entries(payloads).flatMap(([name, payload]) =>
    payload === undefined ? [] : [[name, payload.commitment] as const],
  );
  return Object.fromEntries(named);
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
