import type { Actor, Entry, Hash, JsonObject, Receipt, Signer } from "@aura/trust";
import {
  commit,
  encodeEntry,
  formatVerifierKey,
  hashText,
  leafHash,
  logEntryLine,
  logHeaderLine,
  merkleRoot,
  newNonce,
  signCheckpoint,
  signerFromSeed,
  signFounding,
  signJws,
  systemRandom,
} from "@aura/trust";

export const NAMESPACE = "shop";
export const ORIGIN = "localhost/aura/shop";
const RUNTIME: Actor = { id: "aura-runtime", custody: "runtime" };

export interface Logged {
  readonly seq: number;
  readonly leaf: Hash;
  readonly entry: Entry;
}

export interface Checkpointed {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
  readonly atMs: number;
}

/** A real log in memory: entries that chain, a tree, notes signed by a real key. What the page verifies is no pretence. */
export class FakeLog {
  readonly logKey: Signer = signerFromSeed(new Uint8Array(32).fill(7));
  readonly outcomeKey: Signer = signerFromSeed(new Uint8Array(32).fill(9));
  readonly #rootKey: Signer = signerFromSeed(new Uint8Array(32).fill(5));
  entries: Logged[] = [];
  checkpoint: Checkpointed | null = null;

  get verifierKey(): string {
    return formatVerifierKey(ORIGIN, this.logKey.publicKey);
  }

  async found(timeMs: number, approver: Signer): Promise<void> {
    const purpose = (use: "log" | "outcome", { publicKey }: Signer) => ({ use, ...publicKey });
    const release = commit(newNonce(systemRandom), "{}");
    const statement = await signFounding(this.#rootKey, {
      format: "aura-founding-1",
      origin: ORIGIN,
      namespace: NAMESPACE,
      foundedMs: timeMs,
      keys: [purpose("log", this.logKey), purpose("outcome", this.outcomeKey)],
      constitution: { quorum: 1 },
      approvers: [{ id: "founder", key: approver.publicKey }],
      release,
      refounds: null,
    });
    this.append("control", "namespace.founded", { timeMs, data: { statement }, payloads: { release } });
  }

  append(
    stream: string,
    type: string,
    facts: {
      readonly timeMs: number;
      readonly data?: JsonObject;
      readonly payloads?: Entry["payloads"];
      readonly actor?: Actor;
    },
  ): Logged {
    const before = this.entries.findLast(({ entry }) => entry.stream === stream);
    const entry: Entry = {
      format: "aura-entry-1",
      namespace: NAMESPACE,
      stream,
      version: (before?.entry.version ?? 0) + 1,
      fence: 0,
      unit: `u${this.entries.length}`,
      type,
      timeMs: facts.timeMs,
      actor: facts.actor ?? RUNTIME,
      data: facts.data ?? {},
      payloads: facts.payloads ?? {},
      previous: before?.leaf ?? null,
    };
    const logged = { seq: this.entries.length, leaf: leafHash(encodeEntry(entry)), entry };
    this.entries.push(logged);
    return logged;
  }

  async sign(atMs: number): Promise<Checkpointed> {
    const root = merkleRoot(this.entries.map(({ leaf }) => leaf));
    const size = this.entries.length;
    const note = await signCheckpoint(this.logKey, { origin: ORIGIN, size, root });
    this.checkpoint = { size, root, note, atMs };
    return this.checkpoint;
  }

  export(): string {
    const { checkpoint } = this;
    if (checkpoint === null) throw new Error("nothing signed");
    const header = logHeaderLine({ namespace: NAMESPACE, origin: ORIGIN, checkpoint: checkpoint.note });
    return [header, ...this.entries.slice(0, checkpoint.size).map(logEntryLine)].map((line) => `${line}\n`).join("");
  }

  /** Signs the outcome over the heads so far, and appends the entry that carries it. */
  async seal(mission: string, kind: string, timeMs: number): Promise<void> {
    const { size, root } = await this.sign(timeMs);
    const heads = this.#heads(mission);
    const outcome = await signJws(this.outcomeKey, "aura-outcome+jwt", {
      format: "aura-outcome-1",
      namespace: NAMESPACE,
      mission,
      kind,
      cause: null,
      actor: { ...RUNTIME },
      boundary: null,
      result: null,
      heads: merkleRoot(heads.map((head) => leafHash(canonicalHead(head)))),
      streams: heads.length,
      checkpoint: { size, root },
      timeMs,
    });
    this.append(`mission/${mission}`, "mission.sealed", { timeMs, data: { kind, outcome } });
  }

  receipt(mission: string): Receipt {
    const { checkpoint } = this;
    if (checkpoint === null) throw new Error("nothing signed");
    const leaves = this.entries.slice(0, checkpoint.size).map(({ leaf }) => leaf);
    const own = this.entries.filter(({ entry }) => isOf(entry, mission));
    const proof = (seq: number) => inclusion(leaves, seq);
    const [founding] = this.entries;
    if (founding === undefined) throw new Error("not founded");
    return {
      format: "aura-receipt-1",
      namespace: NAMESPACE,
      mission,
      origin: ORIGIN,
      checkpoint: checkpoint.note,
      founding: { entry: founding.entry, proof: proof(0) },
      entries: own.map(({ seq, entry }) => ({ seq, entry, proof: proof(seq) })),
      heads: this.#heads(mission),
      opened: {},
      custody: [...new Set(own.map(({ entry }) => entry.actor.custody))].toSorted(),
      witnesses: [],
      quorum: 1,
    };
  }

  #heads(mission: string) {
    const heads = new Map<string, { stream: string; version: number; hash: Hash }>();
    for (const { entry, leaf } of this.entries) {
      if (isOf(entry, mission)) heads.set(entry.stream, { stream: entry.stream, version: entry.version, hash: leaf });
    }
    return [...heads.values()].toSorted((left, right) => (left.stream < right.stream ? -1 : 1));
  }
}

export const digestOf = hashText;

function isOf(entry: Entry, mission: string): boolean {
  return entry.stream === `mission/${mission}` || entry.stream.startsWith(`mission/${mission}/`);
}

function canonicalHead({ stream, version, hash }: { stream: string; version: number; hash: Hash }): string {
  return JSON.stringify({ hash, stream, version });
}

/** RFC 6962 section 2.1.1, by its definition. */
function inclusion(leaves: readonly Hash[], index: number): Hash[] {
  if (leaves.length <= 1) return [];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusion(left, index), merkleRoot(right)]
    : [...inclusion(right, index - split), merkleRoot(left)];
}
