import { encodeBase64 } from "./base64.ts";
import { fromHex } from "./hex.ts";
import { splitNote } from "./signed-note.ts";

/** The signature lines of `note` by any of `keys`, in the one spelling, in their order; no other line. Verifies nothing. @internal */
export function linesOf(note: string, keys: readonly { readonly name: string; readonly id: string }[]): string {
  return (splitNote(note)?.signatures ?? [])
    .filter(({ name, id }) => keys.some((key) => key.name === name && key.id === id))
    .map(({ name, id, signature }) => `\u2014 ${name} ${encodeBase64(Uint8Array.of(...fromHex(id), ...signature))}\n`)
    .join("");
}
