import { isAuraError } from "./aura-error.ts";
import { chainClosed, entryTooLarge } from "./chain-error.ts";
import { foundingEntry } from "./chain-founding.ts";
import type { ChainStore } from "./chain-store.ts";
import { ChainTree } from "./chain-tree.ts";
import { WitnessRounds } from "./chain-witnesses.ts";
import type { ChainWitnesses, Witnessing } from "./chain-witnesses.ts";
import { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import { encodeEntry } from "./entry-codec.ts";
import { ENTRY_BYTES_MAX } from "./entry.ts";
import type { Actor, Commitment, Entry, Hash } from "./entry.ts";
import type { JsonObject } from "./json-value.ts";
import { treeRefused, originRefused } from "./log-error.ts";
import { logHeaderLine, logTextLine } from "./log-export.ts";
import { leafHash } from "./merkle.ts";
import { AUDIT_STREAM, findChain } from "./open-chain.ts";
import type { ChainHead, FoundChain, SignedChain } from "./open-chain.ts";
import type { Random } from "./random.ts";
import type { Signer } from "./signer.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { formatTlogProof } from "./tlog-proof.ts";
import { encodeUtf8, utf8Length } from "./utf8.ts";
import { uuidv7 } from "./uuid.ts";
import { formatVerifierKey, namespaceOfOrigin, verifierKeyOf } from "./verifier-key.ts";

/** Entries after which the chain signs a checkpoint by itself. */
export const CHECKPOINT_EVERY = 64;
/** Entries that are stored with one append at most. */
export const CHAIN_BATCH_MAX = 256;

export interface AuditChainOptions {
  /** `<domain of the organisation>/aura/<namespace>`: the name of the log in every checkpoint. */
  readonly origin: string;
  /**
   * Signs the founding when the chain is opened for the first time; later, who must have signed it. Without a root the log
   * key founds the chain, and every verification says so.
   */
  readonly root?: Signer;
  /** Whom to ask to cosign checkpoints. Without them nobody is. */
  readonly witnesses?: ChainWitnesses;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Who did it, and commitments to the texts that are kept outside the chain. */
export interface EntryFacts {
  readonly actor: Actor;
  readonly payloads?: { readonly [name: string]: Commitment };
}

/** An entry that stands. */
export interface AppendedEntry {
  /** Its position in the log. */
  readonly seq: number;
  readonly leaf: Hash;
  readonly timeMs: number;
  /** The canonical entry: the bytes that the leaf hash is over. */
  readonly text: string;
}

/** That one entry is in the signed log: hold it against `checkpoint` with `openCheckpoint` and `verifyInclusion`. */
export interface EntryProof {
  readonly seq: number;
  readonly leaf: Hash;
  readonly text: string;
  /** Siblings, bottom first, in the tree of `size` leaves. */
  readonly proof: readonly Hash[];
  readonly size: number;
  readonly root: Hash;
  /** The C2SP signed note over `size` and `root`. */
  readonly checkpoint: string;
}

/** An append-only log of one writer, which anybody can verify with its key alone. Safe to use from many places at once. */
export interface AuditChain {
  readonly origin: string;
  /** What verifiers of this chain need: `<origin>+<id>+<key>` (C2SP verifier key). */
  readonly verifierKey: string;
  /** Entries that stand, the founding included. */
  readonly size: number;
  /**
   * Adds an entry. Durable when it resolves; calls that wait at the same time share one write. In the order of the calls,
   * linked, without a gap: an append that is rejected leaves nothing. After {@link CHECKPOINT_EVERY} entries the chain signs
   * a checkpoint by itself; should that fail, it is tried again after the next append, and `checkpoint` says why.
   * @throws `trust/not_an_entry`, `trust/entry_too_large`, `trust/chain_closed`, what `ChainStore.append` throws
   */
  append(type: string, data: JsonObject, facts: EntryFacts): Promise<AppendedEntry>;
  /** Signs everything that was appended before the call; the newest checkpoint if that is signed already, with the cosignatures that came. */
  checkpoint(): Promise<SignedChain>;
  /**
   * Signs everything that was appended before the call, and asks the witnesses who have not cosigned it: resolves when all have
   * answered or their time is over. A witness that fails is a report, never an error; without witnesses there is none. Rounds
   * come one after the other, so it may be over a newer tree. Rejects with what the store throws.
   */
  witness(): Promise<Witnessing>;
  /**
   * Proves an entry against `over`, a tree that this chain signed; unless given, the newest checkpoint that enough witnesses cosigned
   * if it covers the entry, else the newest, which is signed first if that does not cover it. @throws `trust/tree_refused`
   */
  prove(seq: number, over?: SignedChain): Promise<EntryProof>;
  /** {@link prove}, as the text of a C2SP tlog-proof with the entry as `extra`: one file, verified offline. @throws `trust/tree_refused` */
  exportProof(seq: number, over?: SignedChain): Promise<string>;
  /** Proof that the tree of `to` leaves starts with the tree of `from` (RFC 6962 section 2.1.2), both signed ones. @throws `trust/tree_refused` */
  proveGrowth(from: number, to: number): Promise<readonly Hash[]>;
  /**
   * The lines of `aura-log-1`, without newlines: what `verifyLog` reads. Over everything that stood when the first was asked for, or
   * over a tree that this chain signed, like `await chain.witness()`. @throws `trust/tree_refused`
   */
  export(over?: SignedChain): AsyncIterable<string>;
  /** Signs what is not signed, and releases the store. Appends made before are stored. Waits for witnesses only if told to (`atClose`). */
  close(): Promise<void>;
}

/**
 * Opens the chain in `store`, or founds it there. One owner at a time.
 * @throws `trust/origin_refused`, `trust/chain_foreign` (another origin, log key or root), `trust/chain_damaged`,
 * `trust/cosignature_refused` (a quorum that the witnesses cannot make), what `ChainStore.open` throws
 */
export async function openAuditChain(
  store: ChainStore,
  logKey: Signer,
  options: AuditChainOptions,
): Promise<AuditChain> {
  const { origin, root, witnesses, clock = systemClock, random = systemRandom } = options;
  const namespace = namespaceOfOrigin(origin);
  if (namespace === undefined) throw originRefused("is not <domain>/aura/<namespace>");
  const key = verifierKeyOf(origin, logKey.publicKey);
  const parts = { store, logKey, origin, namespace, witnesses, clock, random };
  const state = await store.open();
  try {
    if (state.size > 0) {
      return new StoredChain(parts, await findChain(store, state, { key, root: root?.publicKey }));
    }
    const timeMs = clock.nowMs();
    const entry = await foundingEntry({ origin, namespace, timeMs, unit: uuidv7(timeMs, random), logKey, root });
    const chain = new StoredChain(parts, await found(store, entry));
    await chain.checkpoint();
    return chain;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function found(store: ChainStore, entry: Entry): Promise<FoundChain> {
  const text = encodeEntry(entry);
  const tree = await ChainTree.load(store, 0);
  await store.append([text]);
  tree.add(leafHash(text));
  return { tree, head: { size: 1, timeMs: entry.timeMs, previous: null }, signed: undefined, witnessed: undefined };
}

interface Parts {
  readonly store: ChainStore;
  readonly logKey: Signer;
  readonly origin: string;
  readonly namespace: string;
  readonly witnesses: ChainWitnesses | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

interface Waiting {
  readonly entry: AppendedEntry;
  readonly head: ChainHead;
  readonly resolve: (entry: AppendedEntry) => void;
  readonly reject: (error: unknown) => void;
}

class StoredChain implements AuditChain {
  readonly origin: string;
  readonly verifierKey: string;
  readonly #parts: Parts;
  readonly #tree: ChainTree;
  readonly #rounds: WitnessRounds | undefined;
  #signed: SignedChain | undefined;
  /** The newest tree that enough witnesses cosigned. */
  #witnessed: SignedChain | undefined;
  /** What stands. */
  #stored: ChainHead;
  /** What will stand when everything that waits is stored. */
  #head: ChainHead;
  #waiting: Waiting[] = [];
  /** Writes and signatures happen one after the other, in the order they were asked for. */
  #lane: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(parts: Parts, { tree, head, signed, witnessed }: FoundChain) {
    this.origin = parts.origin;
    this.verifierKey = formatVerifierKey(parts.origin, parts.logKey.publicKey);
    this.#parts = parts;
    this.#tree = tree;
    this.#signed = signed;
    this.#stored = head;
    this.#head = head;
    if (parts.witnesses === undefined) return;
    this.#rounds = new WitnessRounds(parts.witnesses, {
      key: verifierKeyOf(parts.origin, parts.logKey.publicKey),
      proveGrowth: (from, to) => this.#inLane(() => tree.consistencyProof(from, to)),
      rootAt: (size) => this.#inLane(() => tree.root(size)),
      keep: (round) => this.#inLane(() => this.#keep(round)),
    });
    const known = [signed, witnessed].filter((one) => one !== undefined);
    this.#witnessed = known.find(({ note }) => this.#rounds?.isWitnessed(note));
  }

  get size(): number {
    return this.#stored.size;
  }

  async append(type: string, data: JsonObject, { actor, payloads = {} }: EntryFacts): Promise<AppendedEntry> {
    this.#mustBeOpen();
    const { size, timeMs: before, previous } = this.#head;
    const timeMs = Math.max(this.#parts.clock.nowMs(), before);
    const text = encodeEntry({
      format: "aura-entry-1",
      namespace: this.#parts.namespace,
      stream: AUDIT_STREAM,
      version: size,
      fence: 0,
      unit: uuidv7(timeMs, this.#parts.random),
      type,
      timeMs,
      actor,
      data,
      payloads,
      previous,
    });
    const bytes = utf8Length(text);
    if (bytes > ENTRY_BYTES_MAX) throw entryTooLarge(bytes, ENTRY_BYTES_MAX);
    const leaf = leafHash(text);
    this.#head = { size: size + 1, timeMs, previous: leaf };
    return this.#store({ seq: size, leaf, timeMs, text }, this.#head);
  }

  async checkpoint(): Promise<SignedChain> {
    this.#mustBeOpen();
    return this.#inLane(() => this.#sign());
  }

  async witness(): Promise<Witnessing> {
    const signed = await this.checkpoint();
    return this.#rounds?.ask(signed) ?? { ok: true, ...signed, witnessed: false, reports: [] };
  }

  async prove(seq: number, over?: SignedChain): Promise<EntryProof> {
    this.#mustBeOpen();
    return this.#inLane(async () => {
      if (!Number.isSafeInteger(seq) || seq < 0 || seq >= this.size) throw treeRefused(`has no entry ${seq}`);
      const known = [this.#witnessed, this.#signed].find((tree) => tree !== undefined && tree.size > seq);
      const signed = over === undefined ? (known ?? (await this.#sign())) : await this.#ownTree(over);
      const proof = await this.#tree.inclusionProof(seq, signed.size);
      const text = await this.#text(seq);
      return { seq, leaf: leafHash(text), text, proof, size: signed.size, root: signed.root, checkpoint: signed.note };
    });
  }

  async exportProof(seq: number, over?: SignedChain): Promise<string> {
    const { proof, text, checkpoint } = await this.prove(seq, over);
    return formatTlogProof({ index: seq, proof, note: checkpoint, extra: encodeUtf8(text) });
  }

  async proveGrowth(from: number, to: number): Promise<readonly Hash[]> {
    this.#mustBeOpen();
    return this.#inLane(async () => {
      if (to > (this.#signed?.size ?? 0)) throw treeRefused(`of ${to} leaves is not signed yet`);
      return this.#tree.consistencyProof(from, to);
    });
  }

  async *export(over?: SignedChain): AsyncGenerator<string> {
    this.#mustBeOpen();
    const tree = over === undefined ? this.checkpoint() : this.#inLane(() => this.#ownTree(over));
    const { size, note } = await tree;
    yield logHeaderLine({ origin: this.origin, namespace: this.#parts.namespace, checkpoint: note });
    let seq = 0;
    for await (const text of this.#parts.store.read(0, size)) {
      yield logTextLine({ seq, leaf: leafHash(text), text });
      seq += 1;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      const signed = await this.#inLane(() => this.#sign());
      if (this.#rounds?.atClose === true) await this.#rounds.ask(signed);
    } catch (error) {
      // Closing is how one gets on from here; what stands is found when the chain is opened again.
      if (!isAuraError(error, "trust/chain_unsure")) throw error;
    } finally {
      await this.#rounds?.end();
      await this.#inLane(() => this.#parts.store.close());
    }
  }

  #store(entry: AppendedEntry, head: ChainHead): Promise<AppendedEntry> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendedEntry>();
    if (this.#waiting.length === 0) void this.#inLane(() => this.#flush());
    this.#waiting.push({ entry, head, resolve, reject });
    return promise;
  }

  /** Never rejects: each waiting append hears for itself. */
  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, CHAIN_BATCH_MAX);
      try {
        await this.#parts.store.append(batch.map(({ entry }) => entry.text));
      } catch (error) {
        this.#refuse(batch, error);
        return;
      }
      for (const { entry, head, resolve } of batch) {
        this.#tree.add(entry.leaf);
        this.#stored = head;
        resolve(entry);
      }
      await this.#signIfDue();
    }
  }

  /** What waits behind a failed append links to entries that do not stand: it fails with it. */
  #refuse(batch: readonly Waiting[], error: unknown): void {
    const behind = this.#waiting;
    this.#waiting = [];
    this.#head = this.#stored;
    for (const { reject } of [...batch, ...behind]) reject(error);
  }

  async #signIfDue(): Promise<void> {
    if (this.#stored.size - (this.#signed?.size ?? 0) < CHECKPOINT_EVERY) return;
    try {
      await this.#sign();
    } catch {
      // The entries stand. The next append tries again, and whoever asks for a checkpoint hears the reason.
    }
  }

  async #sign(): Promise<SignedChain> {
    if (this.#signed?.size === this.#stored.size) return this.#signed;
    const { store, logKey, origin } = this.#parts;
    const { size, root } = this.#tree.grow();
    const note = await signCheckpoint(logKey, { origin, size, root });
    await store.publish({ size, note, tiles: this.#tree.fresh() });
    this.#tree.published();
    this.#signed = { size, root, note };
    this.#rounds?.signed(this.#signed);
    return this.#signed;
  }

  /** Beside the tree that it is over, if that is still the newest; and as the newest witnessed one. */
  async #keep({ size, root, note, witnessed }: Witnessing): Promise<void> {
    const { store } = this.#parts;
    if (size === this.#signed?.size && note !== this.#signed.note) {
      await store.publish({ size, note, tiles: [] });
      this.#signed = { size, root, note };
    }
    if (!witnessed || note === this.#witnessed?.note || size < (this.#witnessed?.size ?? 0)) return;
    await store.keepWitnessed(note);
    this.#witnessed = { size, root, note };
  }

  /** What somebody brings back: only what this chain's key signed, over a tree that this chain starts with. */
  async #ownTree({ note }: SignedChain): Promise<SignedChain> {
    const opened = openCheckpoint(note, verifierKeyOf(this.origin, this.#parts.logKey.publicKey));
    if (!opened.ok || opened.size === 0 || opened.size > (this.#signed?.size ?? 0))
      throw treeRefused("was not signed by this chain");
    const { size, root } = opened;
    if ((await this.#tree.root(size)) !== root) throw treeRefused("was not signed by this chain");
    return { size, root, note };
  }

  async #text(seq: number): Promise<string> {
    for await (const text of this.#parts.store.read(seq, seq + 1)) return text;
    throw treeRefused(`has no entry ${seq}`);
  }

  #inLane<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => undefined); // whoever asked for the work hears of it
    return done;
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw chainClosed(this.#parts.store.where);
  }
}
