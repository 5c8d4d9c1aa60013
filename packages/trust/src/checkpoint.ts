import { decodeBase64, encodeBase64 } from "./base64.ts";
import { decodeBase64url } from "./base64url.ts";
import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { treeRefused } from "./log-error.ts";
import { EMPTY_ROOT, encodeDigest, isCount } from "./merkle.ts";
import type { Signer } from "./signer.ts";
import { openNote, signNote, splitNote } from "./signed-note.ts";
import type { NoteRefusal } from "./signed-note.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** What a log says about itself: so many entries, with this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** `origin`: signed by the key, but about another log. */
export type CheckpointRefusal = NoteRefusal | "origin";

export type OpenedCheckpoint =
  | ({ readonly ok: true } & Checkpoint)
  | { readonly ok: false; readonly reason: CheckpointRefusal };

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const ROOT_BYTES = 32;

/**
 * A signed note (C2SP tlog-checkpoint): origin, size and root a line each, no extension lines, signed with type 0x01 under
 * the origin as key name. Whoever signs promises never to sign a tree that does not start with this one.
 * @throws `trust/origin_refused`, `trust/tree_refused`
 */
export async function signCheckpoint(signer: Signer, { origin, size, root }: Checkpoint): Promise<string> {
  if (!isCount(size) || !isHash(root)) throw treeRefused(`of ${size} leaves has no size or root that can be signed`);
  if (size === 0 && root !== EMPTY_ROOT) throw treeRefused("without leaves has another root than the empty one");
  return signNote(signer, origin, `${origin}\n${size}\n${encodeBase64(decodeBase64url(root))}\n`);
}

/**
 * Opens a checkpoint that `key` signed. Signature first, then the three lines, in their one spelling. Lines of other keys
 * are ignored: a new log key or a witness may sign beside. Never throws.
 */
export function openCheckpoint(note: string, key: VerifierKey): OpenedCheckpoint {
  const opened = openNote(note, key);
  if (!opened.ok) return opened;
  const checkpoint = readCheckpoint(opened.text);
  if (checkpoint === undefined) return { ok: false, reason: "malformed" };
  return checkpoint.origin === key.name ? { ok: true, ...checkpoint } : { ok: false, reason: "origin" };
}

/** What a note claims, with the names of its signers, nothing verified; `undefined` if it is no checkpoint. */
export function inspectCheckpoint(note: string): (Checkpoint & { readonly signers: readonly string[] }) | undefined {
  const parts = splitNote(note);
  const checkpoint = parts && readCheckpoint(parts.text);
  return checkpoint && { ...checkpoint, signers: parts.signatures.map(({ name, id }) => `${name}+${id}`) };
}

function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = "", sizeText = "", rootText = "", end, ...others] = text.split("\n");
  if (origin === "" || end !== "" || others.length > 0 || !SIZE.test(sizeText)) return undefined;
  const size = Number(sizeText);
  const bytes = decodeBase64(rootText);
  if (!isCount(size) || bytes?.length !== ROOT_BYTES) return undefined;
  const root = encodeDigest(bytes);
  return size === 0 && root !== EMPTY_ROOT ? undefined : { origin, size, root };
}
