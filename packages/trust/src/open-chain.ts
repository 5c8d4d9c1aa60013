import { isAuraError } from "./aura-error.ts";
import { chainDamaged, chainForeign } from "./chain-error.ts";
import type { ChainState, ChainStore } from "./chain-store.ts";
import { ChainTree } from "./chain-tree.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Entry, Hash } from "./entry.ts";
import { parseEntry } from "./entry-codec.ts";
import { checkFounding } from "./log-founding.ts";
import { leafHash } from "./merkle.ts";
import type { PublicKey } from "./public-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** The stream of everything in a stand-alone chain but its founding: position and version are one number. */
export const AUDIT_STREAM = "audit";

/** Where the next entry goes. @internal */
export interface ChainHead {
  /** Entries so far. */
  readonly size: number;
  readonly timeMs: number;
  /** Leaf of the newest entry of the audit stream. */
  readonly previous: Hash | null;
}

/** A signed tree of the chain. */
export interface SignedChain {
  readonly size: number;
  readonly root: Hash;
  /** The C2SP signed note. */
  readonly note: string;
}

/** A chain as it was found in its store. @internal */
export interface FoundChain {
  readonly tree: ChainTree;
  readonly head: ChainHead;
  readonly signed: SignedChain | undefined;
  /** The newest tree that witnesses were said to have cosigned: who they were is not looked at. */
  readonly witnessed: SignedChain | undefined;
}

/**
 * Reads what is needed to go on, and checks it: the founding under the given keys, the links of the entries behind the
 * settled ones, and the newest checkpoint against the tree. O(entries behind the settled ones), not O(chain): the whole
 * chain is what `verifyLog` is for. @throws `trust/chain_foreign`, `trust/chain_damaged` @internal
 */
export async function findChain(
  store: ChainStore,
  state: ChainState,
  anchors: { readonly key: VerifierKey; readonly root: PublicKey | undefined },
): Promise<FoundChain> {
  await requireFounding(store, anchors);
  const tree = await ChainTree.load(store, state.settled);
  const head = await followTail(store, state, tree);
  const { size } = tree.grow();
  const place = { store, tree, size, key: anchors.key };
  return { tree, head, signed: await stands(place, state.note), witnessed: await stands(place, state.witnessed) };
}

/** The tree that a note of the store is over. */
async function stands(
  place: { readonly store: ChainStore; readonly tree: ChainTree; readonly size: number; readonly key: VerifierKey },
  note: string | undefined,
): Promise<SignedChain | undefined> {
  const { store, tree, key } = place;
  if (note === undefined) return undefined;
  const opened = openCheckpoint(note, key);
  if (!opened.ok) throw chainForeign(store.where, "has a checkpoint of another log or key");
  const { size, root } = opened;
  if (size > place.size) throw chainDamaged(store.where, `has ${place.size} entries, but ${size} were signed`);
  if ((await tree.root(size)) !== root) {
    throw chainDamaged(store.where, `does not start with the ${size} entries that were signed`);
  }
  return { size, root, note };
}

async function requireFounding(
  store: ChainStore,
  { key, root }: { readonly key: VerifierKey; readonly root: PublicKey | undefined },
): Promise<void> {
  for await (const text of store.read(0, 1)) {
    const founding = checkFounding(readEntry(store, text), { key, ...(root === undefined ? {} : { root }) }, 1);
    if ("reason" in founding) throw chainForeign(store.where, `was not founded so (${founding.reason})`);
  }
}

async function followTail(store: ChainStore, { size, settled }: ChainState, tree: ChainTree): Promise<ChainHead> {
  const from = Math.max(settled - 1, 0); // the newest settled entry is what the next one links to
  let head: ChainHead | undefined;
  let seq = from;
  for await (const text of store.read(from, size)) {
    const entry = readEntry(store, text);
    const leaf = leafHash(text);
    if (seq > 0 && !follows(entry, seq, head)) throw chainDamaged(store.where, `has a broken link at entry ${seq}`);
    if (seq >= settled) tree.add(leaf);
    head = { size: seq + 1, timeMs: entry.timeMs, previous: seq === 0 ? null : leaf };
    seq += 1;
  }
  if (head === undefined || head.size !== size) throw chainDamaged(store.where, `has not the ${size} entries it must`);
  return head;
}

function follows({ stream, version, previous, timeMs }: Entry, seq: number, head: ChainHead | undefined): boolean {
  if (stream !== AUDIT_STREAM || version !== seq) return false;
  return head === undefined || (previous === head.previous && timeMs >= head.timeMs);
}

function readEntry(store: ChainStore, text: string): Entry {
  try {
    const parsed = parseEntry(text);
    if (parsed.kind === "entry") return parsed.entry;
  } catch (error) {
    if (isAuraError(error, "trust/not_an_entry")) throw chainDamaged(store.where, "holds what is no entry", error);
    throw error;
  }
  throw chainForeign(store.where, "has entries of a newer AURA");
}
