import type { LogStore, NamespaceContext } from "@aura/store";
import { commit } from "@aura/trust";
import type { Commitment, JsonValue } from "@aura/trust";

/** Where texts behind commitments are opened. */
export interface Vault {
  readonly store: LogStore;
  readonly context: NamespaceContext;
}

/** What stands where a text was destroyed, or cannot be opened any more. */
export const ERASED = "erased";

/** What stands where somebody put another text than the one that was committed to: never that text. */
export const ALTERED = "altered";

/** The JSON behind a commitment; {@link ERASED} if it was destroyed, {@link ALTERED} if it is not what was committed to. */
export async function openJson({ store, context }: Vault, commitment: Commitment | undefined): Promise<JsonValue> {
  if (commitment === undefined) return null;
  const payload = await store.payload(context, commitment);
  if (payload === undefined || payload === "erased") return ERASED;
  return commit(payload.nonce, payload.text) === commitment ? (JSON.parse(payload.text) as JsonValue) : ALTERED;
}

/** The text behind a commitment to a JSON string. */
export async function openText(vault: Vault, commitment: Commitment | undefined): Promise<string | null> {
  const value = await openJson(vault, commitment);
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}
