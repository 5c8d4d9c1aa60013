import { isAuraError } from "./aura-error.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { SIGNATURE_BYTES } from "./ed25519-bytes.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { sha256 } from "./hash.ts";
import { fromHex, toHex } from "./hex.ts";
import { originRefused, verifierKeyMalformed } from "./log-error.ts";
import { admitTrustAnchor, publicKeyBytes, publicKeyFromBytes } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import { splitNote } from "./signed-note.ts";
import type { NoteRefusal } from "./signed-note.ts";
import type { Signer } from "./signer.ts";
import { readTreeHead } from "./tree-head.ts";
import { encodeUtf8 } from "./utf8.ts";
import { isOrigin } from "./verifier-key.ts";
import { cosignatureRefused } from "./witness-error.ts";

/** Signature type "cosignature/v1, Ed25519" (C2SP tlog-cosignature). */
const COSIGNATURE = 0x04;
const TIME_BYTES = 8;
const KEY_ID = /^[0-9a-f]{8}$/;

/** The public half of a witness's key with its name. Another type than a log's key, so neither stands for the other. */
export interface WitnessKey {
  readonly type: "cosignature/v1";
  /** A URL without a scheme, like `witness.example/w1`. */
  readonly name: string;
  /** First four bytes of SHA-256(name || 0x0A || 0x04 || key), eight hex digits. */
  readonly id: string;
  readonly key: PublicKey;
}

/** `timeS`: when the witness says it saw the tree, seconds since 1970; the newest, if it signed more than once. */
export type OpenedCosignature =
  | { readonly ok: true; readonly timeS: number }
  | { readonly ok: false; readonly reason: NoteRefusal };

/** The witness key of a name and a key at hand. @throws `trust/origin_refused`, `trust/key_refused` */
export function witnessKeyOf(name: string, key: PublicKey): WitnessKey {
  if (!isOrigin(name)) throw originRefused("is empty, too long, or has a space, a plus sign or a control character");
  return { type: "cosignature/v1", name, id: keyId(name, key), key };
}

/** `<name>+<id in hex>+<base64 of 0x04 and the key>` (C2SP signed-note, verifier keys). @throws as {@link witnessKeyOf} */
export function formatWitnessKey(name: string, key: PublicKey): string {
  return `${name}+${witnessKeyOf(name, key).id}+${encodeBase64(Uint8Array.of(COSIGNATURE, ...publicKeyBytes(key)))}`;
}

/** Reads a verifier key of type 0x04; its id must be the one that name and key give. @throws `trust/verifier_key_malformed` */
export function parseWitnessKey(text: string): WitnessKey {
  const [name = "", id = "", ...rest] = typeof text === "string" ? text.split("+") : [];
  const bytes = decodeBase64(rest.join("+")); // base64 has plus signs of its own
  if (!isOrigin(name) || !KEY_ID.test(id)) throw verifierKeyMalformed("has no proper name and id");
  if (bytes?.[0] !== COSIGNATURE) throw verifierKeyMalformed("holds no base64 of a witness's Ed25519 key (0x04)");
  const key = witnessKeyOf(name, admit(bytes.subarray(1)));
  if (id !== key.id) throw verifierKeyMalformed("has an id that is not the one of its name and key");
  return key;
}

/**
 * One signature line, newline and all, to stand at the end of `note`: the witness `name` states that at `timeMs` the
 * largest tree it had seen of this log was this one, and that it grew from every earlier one (C2SP tlog-cosignature).
 * Whoever calls this has verified that. The time is signed in whole seconds.
 * @throws `trust/cosignature_refused` (`note` is no checkpoint, `timeMs` is before 1970-01-01T00:00:01Z or no number),
 * `trust/origin_refused`
 */
export async function cosignCheckpoint(
  signer: Signer,
  statement: { readonly name: string; readonly note: string; readonly timeMs: number },
): Promise<string> {
  const { name, note, timeMs } = statement;
  const timeS = Math.floor(timeMs / 1_000);
  const text = splitNote(note)?.text;
  if (text === undefined || readTreeHead(text) === undefined) throw cosignatureRefused("is over no checkpoint");
  if (!Number.isSafeInteger(timeS) || timeS < 1) throw cosignatureRefused("has no time");
  const { id } = witnessKeyOf(name, signer.publicKey);
  const signature = await signer.sign(cosignedMessage(timeS, text));
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timeS));
  return `\u2014 ${name} ${encodeBase64(Uint8Array.of(...fromHex(id), ...time, ...signature))}\n`;
}

/**
 * The statement of one witness about the checkpoint in `note`. Lines of other keys are ignored, whatever they hold; every
 * line of this key must verify (C2SP signed-note), with a time from 1 to 2^53 - 1. It says nothing about the log's own
 * signature: `openCheckpoint` does. Never throws.
 */
export function openCosignature(note: string, key: WitnessKey): OpenedCosignature {
  const parts = splitNote(note);
  if (parts === undefined) return { ok: false, reason: "malformed" };
  const own = parts.signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (own.length === 0) return { ok: false, reason: "unsigned" };
  const times = own.map(({ signature }) => verifiedTime(parts.text, signature, key.key));
  return times.every((timeS) => timeS !== undefined)
    ? { ok: true, timeS: Math.max(...times) }
    : { ok: false, reason: "forged" };
}

function verifiedTime(text: string, stamped: Uint8Array, key: PublicKey): number | undefined {
  if (stamped.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const timeS = Number(new DataView(stamped.buffer, stamped.byteOffset, TIME_BYTES).getBigUint64(0));
  if (!Number.isSafeInteger(timeS) || timeS < 1) return undefined;
  return verifyEd25519(key, cosignedMessage(timeS, text), stamped.subarray(TIME_BYTES)) ? timeS : undefined;
}

/** C2SP tlog-cosignature, "Ed25519 signed message": the name of the witness is not in it, so a key serves one name. */
function cosignedMessage(timeS: number, text: string): Uint8Array {
  return encodeUtf8(`cosignature/v1\ntime ${timeS}\n${text}`);
}

function keyId(name: string, key: PublicKey): string {
  return toHex(sha256(Uint8Array.of(...encodeUtf8(name), 0x0a, COSIGNATURE, ...publicKeyBytes(key))).subarray(0, 4));
}

function admit(bytes: Uint8Array): PublicKey {
  try {
    return admitTrustAnchor(publicKeyFromBytes(bytes));
  } catch (error) {
    if (isAuraError(error)) throw verifierKeyMalformed("holds a public key that is refused", error);
    throw error;
  }
}
