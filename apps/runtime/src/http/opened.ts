import type { LogStore, NamespaceContext } from "@aura/store";
import { commit } from "@aura/trust";
import type { Commitment, JsonObject, JsonValue } from "@aura/trust";

/** Where texts behind commitments are opened. */
export interface Vault {
  readonly store: LogStore;
  readonly context: NamespaceContext;
}

/**
 * Why a text is not shown: it was destroyed or is not there, or somebody put another one in its place than the one that was
 * committed to, which is never shown.
 */
export type Lost = "erased" | "altered";

/** What stands behind a commitment. The kind is not part of the text: a text may read "erased". */
export type Opened = { readonly kind: "kept"; readonly value: JsonValue } | { readonly kind: Lost };

/** How members of an answer were lost, by the member's name. Those that are kept are not in it. */
export type LostMembers = { readonly [member: string]: Lost };

/** The JSON behind a commitment; `null` where there is none. */
export async function openJson({ store, context }: Vault, commitment: Commitment | undefined): Promise<Opened> {
  if (commitment === undefined) return { kind: "kept", value: null };
  const payload = await store.payload(context, commitment);
  if (payload === undefined || payload === "erased") return { kind: "erased" };
  if (commit(payload.nonce, payload.text) !== commitment) return { kind: "altered" };
  return { kind: "kept", value: JSON.parse(payload.text) as JsonValue };
}

/** What an answer says of it: `null` where it is lost. */
export function valueIn(opened: Opened): JsonValue {
  return opened.kind === "kept" ? opened.value : null;
}

export function lostIn(opened: { readonly [member: string]: Opened }): LostMembers {
  return Object.fromEntries(
    Object.entries(opened).flatMap(([member, { kind }]) => (kind === "kept" ? [] : [[member, kind] as const])),
  );
}

/** The objective in a definition; `null` where the definition is lost. */
export function objectiveIn(definition: Opened): string | null {
  const objective = (valueIn(definition) as JsonObject | null)?.["objective"];
  return typeof objective === "string" ? objective : null;
}
