import { isAuraError } from "../aura-error.ts";
import type { AuraError } from "../aura-error.ts";
import { parseWitnessKey } from "../cosignature.ts";
import type { WitnessKey } from "../cosignature.ts";
import { admitTrustAnchor } from "../public-key.ts";
import type { PublicKey } from "../public-key.ts";
import { NOTE_BYTES_MAX } from "../signed-note.ts";
import { decodeUtf8 } from "../utf8.ts";
import { parseVerifierKey } from "../verifier-key.ts";
import type { VerifierKey } from "../verifier-key.ts";
import { usage } from "./command-error.ts";
import { readWhole } from "./evidence-file.ts";

/** A file with a key is one line, or a small JWK. */
const KEY_FILE_BYTES_MAX = 8_192;

/** `--key`: a verifier key, or a file that holds one. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenKey(value: string, option = "--key"): Promise<VerifierKey> {
  return givenAs(value, option, parseVerifierKey);
}

/** `--witness`: the verifier key of a witness, or a file that holds one. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenWitness(value: string): Promise<WitnessKey> {
  return givenAs(value, "--witness", parseWitnessKey);
}

async function givenAs<Key extends object>(value: string, option: string, parse: (text: string) => Key): Promise<Key> {
  const key = parsed(value.trim(), parse);
  if (!isAuraError(key)) return key;
  const text = await fileText(value, option, key);
  const held = parsed(text.trim(), parse);
  if (isAuraError(held))
    throw usage(`${option}: the file ${value} holds no verifier key. ${held.what}`, held.why, held.fix, held);
  return held;
}

/** `--root`: a public key as a JWK or as a verifier key, or a file that holds one. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenRoot(value: string): Promise<PublicKey> {
  return givenPublicKey(value, "--root");
}

/** A public key as a JWK or as a verifier key, or a file that holds one. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenPublicKey(value: string, option: string): Promise<PublicKey> {
  const key = parseRoot(value.trim());
  if (!isAuraError(key)) return key;
  const text = await fileText(value, option, key);
  const held = parseRoot(text.trim());
  if (isAuraError(held))
    throw usage(
      `${option}: the file ${value} holds no public key. ${held.what}`,
      held.why,
      "Pass the public key as a JWK (kty, crv, x) or a verifier key, never the private one.",
      held,
    );
  return held;
}

/** `--since`: a file with an older checkpoint. @throws `trust/usage`, `trust/file_unreadable` */
export async function givenNote(path: string): Promise<string> {
  const bytes = await readWhole(path, NOTE_BYTES_MAX);
  const text = bytes && decodeUtf8(bytes);
  if (text !== undefined) return text;
  throw usage(
    `--since: the file ${path} holds no checkpoint.`,
    `A checkpoint is a signed note of at most ${NOTE_BYTES_MAX} bytes of UTF-8.`,
    "Pass the file with the note that was kept of this log.",
  );
}

async function fileText(path: string, option: string, otherwise: AuraError): Promise<string> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readWhole(path, KEY_FILE_BYTES_MAX);
  } catch (error) {
    if (!/[+{]/.test(path)) throw error;
    throw usage(`${option}: ${otherwise.what}`, otherwise.why, otherwise.fix, otherwise); // meant as a key, not as a path
  }
  const text = bytes && decodeUtf8(bytes);
  if (text !== undefined) return text;
  throw usage(
    `${option}: the file ${path} holds no key.`,
    "A key is a short line of text.",
    "Pass the key as its owner published it.",
  );
}

function parsed<Key extends object>(text: string, parse: (text: string) => Key): Key | AuraError {
  try {
    return parse(text);
  } catch (error) {
    return asAuraError(error);
  }
}

function parseRoot(text: string): PublicKey | AuraError {
  try {
    return text.startsWith("{") ? admitTrustAnchor(JSON.parse(text)) : parseVerifierKey(text).key;
  } catch (error) {
    if (error instanceof SyntaxError)
      return usage("The key is not JSON.", "A JWK is a JSON object.", "Pass it as its owner published it.");
    return asAuraError(error);
  }
}

function asAuraError(error: unknown): AuraError {
  if (isAuraError(error)) return error;
  throw error;
}
