import { decodeBase64, encodeBase64 } from "./base64.ts";
import { SIGNATURE_BYTES } from "./ed25519-bytes.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { fromHex, toHex } from "./hex.ts";
import type { Signer } from "./signer.ts";
import { encodeUtf8, utf8Length } from "./utf8.ts";
import { verifierKeyOf } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** UTF-8 bytes of a note with its signatures. */
export const NOTE_BYTES_MAX = 131_072;
/** Signature lines of a note; C2SP signed-note asks for at least 16. */
export const NOTE_SIGNATURES_MAX = 32;

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 ([^\s+\u0000-\u001f\u0085]+) ([A-Za-z0-9+/]+={0,2})$/;
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f]/;

/** `malformed`: not a signed note; `unsigned`: no signature of that key; `forged`: a signature of that key that does not verify. */
export type NoteRefusal = "malformed" | "unsigned" | "forged";

interface SignatureLine {
  readonly name: string;
  readonly id: string;
  readonly signature: Uint8Array;
}

/** Signs `text`, which ends in a newline and holds no other control character (C2SP signed-note, type 0x01). @internal */
export async function signNote(signer: Signer, name: string, text: string): Promise<string> {
  const { id } = verifierKeyOf(name, signer.publicKey);
  const signature = await signer.sign(encodeUtf8(text));
  return `${text}\n\u2014 ${name} ${encodeBase64(Uint8Array.of(...fromHex(id), ...signature))}\n`;
}

/**
 * The text of a note that `key` signed. Lines of other keys are ignored, whatever they hold, as C2SP signed-note asks;
 * every line of this key must verify. Never throws. @internal
 */
export function openNote(
  note: string,
  key: VerifierKey,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: NoteRefusal } {
  const parts = splitNote(note);
  if (parts === undefined) return { ok: false, reason: "malformed" };
  const known = parts.signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (known.length === 0) return { ok: false, reason: "unsigned" };
  const message = encodeUtf8(parts.text);
  const genuine = known.every(
    ({ signature }) => signature.length === SIGNATURE_BYTES && verifyEd25519(key.key, message, signature),
  );
  return genuine ? { ok: true, text: parts.text } : { ok: false, reason: "forged" };
}

/** Text and signature lines, nothing verified; `undefined` if it is no signed note. @internal */
export function splitNote(
  note: string,
): { readonly text: string; readonly signatures: readonly SignatureLine[] } | undefined {
  if (
    typeof note !== "string" ||
    note.length > NOTE_BYTES_MAX ||
    !note.isWellFormed() ||
    utf8Length(note) > NOTE_BYTES_MAX
  )
    return undefined;
  if (CONTROL_BUT_NEWLINE.test(note) || !note.endsWith("\n")) return undefined;
  const blank = note.lastIndexOf("\n\n");
  if (blank < 1) return undefined;
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > NOTE_SIGNATURES_MAX) return undefined;
  const signatures = lines.map(readSignature).filter((line) => line !== undefined);
  return signatures.length === lines.length ? { text: note.slice(0, blank + 1), signatures } : undefined;
}

function readSignature(line: string): SignatureLine | undefined {
  const [, name, text] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = text === undefined ? undefined : decodeBase64(text);
  if (name === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, id: toHex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.subarray(KEY_ID_BYTES) };
}
