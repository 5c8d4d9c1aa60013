import { openAuditChain } from "./audit-chain.ts";
import type { AuditChain, AuditChainOptions } from "./audit-chain.ts";
import type { ChainStore } from "./chain-store.ts";
import type { Clock } from "./clock.ts";
import { newNonce } from "./commitment.ts";
import { parseEntry } from "./entry-codec.ts";
import { inspectCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Hash } from "./entry.ts";
import { encodeAnchor, ORG_LOG_NOTE_BYTES_MAX } from "./org-log-anchor.ts";
import { namespaceRefused, notAnchored, orgLogDamaged, tickRefused } from "./org-log-error.ts";
import { OrgLogMap, slotOf } from "./org-log-map.ts";
import {
  encodeNamespace,
  encodeTick,
  leafOfOpening,
  namespaceFile,
  parseNamespace,
  parseTick,
  tickFile,
} from "./org-log-state.ts";
import type { NamespaceRecord, OpenedTick, TickOpening } from "./org-log-state.ts";
import type { OrgLogStore } from "./org-log-store.ts";
import { readTick, TICK_TYPE, tickData } from "./org-log-tick.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import type { SignedChain } from "./open-chain.ts";
import type { Signer } from "./signer.ts";
import { splitNote } from "./signed-note.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { formatTlogProof } from "./tlog-proof.ts";
import { readTreeHead } from "./tree-head.ts";
import { namespaceOfOrigin, verifierKeyOf } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { witnessStep } from "./witness.ts";
import { utf8Length } from "./utf8.ts";

/** Namespaces that are registered, the retired ones included. */
export const ORG_LOG_NAMESPACES_MAX = 4_096;

/** No origin. */
const REGISTER = "";
const ACTOR = { id: "org-log", custody: "runtime" } as const;

export interface OrgLogOptions extends AuditChainOptions {
  /** What must not be shown: kept beside the chain, and as long. */
  readonly state: OrgLogStore;
  /** From the beginning of a tick to that of the next, in milliseconds: whole, from 1. Another one than before is refused. */
  readonly tickMs: number;
}

export interface CheckpointSubmission {
  /** The namespace's signed checkpoint. */
  readonly note: string;
  /** RFC 6962 consistency proof from `oldSize` leaves, the size that the org log took last, to the tree of the checkpoint; not asked for from 0 and from its own size. */
  readonly prove: (oldSize: number) => readonly Hash[] | Promise<readonly Hash[]>;
}

/**
 * What became of a submission. `behind`: a larger tree was taken before; `inconsistent`: this is no continuation of the one that was
 * taken. Both say that the namespace's key signed two histories, or that the namespace was set back: wake somebody.
 */
export type SubmissionAnswer =
  | ({ readonly ok: true } & Checkpoint)
  | { readonly ok: false; readonly reason: "behind" | "inconsistent"; readonly taken: number }
  | { readonly ok: false; readonly reason: "malformed" | "unknown_namespace" | "retired" | "key_refused" };

/** A tick of the org log. */
export interface TickReport extends WrittenTick {
  /** False if this tick stood already: nothing was written. */
  readonly fresh: boolean;
  /** Its place in the org log. */
  readonly seq: number;
  /** Namespaces that stand in it. Not to be seen in the org log. */
  readonly namespaces: number;
  /** The org log's checkpoint over it. Witnesses may not have answered yet. */
  readonly signed: SignedChain;
}

/**
 * The log of an organisation in which each tick is one entry over the newest checkpoint of every namespace. Its readers and its
 * witnesses learn that a tick was: not how many namespaces there are, whose they are or whether any of them grew.
 */
export interface OrgLog extends Pick<
  AuditChain,
  "origin" | "verifierKey" | "size" | "checkpoint" | "witness" | "export" | "proveGrowth"
> {
  readonly tickMs: number;
  /**
   * Takes checkpoints of a namespace from now on, signed by this key. A key that was retired may come back, and a new key after the one
   * before was retired: either must go on where the namespace was. Durable. @throws `trust/namespace_refused`, what the state throws
   */
  register(key: VerifierKey): Promise<void>;
  /** Takes no more, and leaves the namespace out of later ticks. What was anchored stays so. Durable. @throws `trust/namespace_refused` */
  retire(origin: string): Promise<void>;
  /**
   * Takes a checkpoint for the next tick: only one that the registered key signed, and that grew from the one that was taken before.
   * Durable when it answers `ok`. Those of one namespace are judged one after the other. Rejects with what `prove` or the state throws.
   */
  submit(submission: CheckpointSubmission): Promise<SubmissionAnswer>;
  /**
   * Writes the tick that the clock is in, once, and signs it: to be called every `tickMs`, whether anything was submitted or not. A call
   * after a failure or a stop goes on with the tick of that time and says how many were missed. Rejects with what the chain and the
   * state throw; then it may be called again.
   */
  tick(): Promise<TickReport>;
  /**
   * The anchored checkpoint of a namespace as it stands in the newest tick (`verifyAnchored` reads it), under the newest checkpoint of
   * the org log that enough witnesses cosigned if that covers it. Whoever wants it kept keeps it. @throws `trust/not_anchored`
   */
  anchored(origin: string): Promise<string>;
  /** Signs what is not signed, and releases both stores. A submission whose proof has not come by then is not taken. */
  close(): Promise<void>;
}

/**
 * Opens the org log over `store` and `state`, or founds it there. One owner at a time.
 * @throws `trust/org_log_damaged` (state and chain are not of one org log, or one was set back), `trust/tick_refused`, what
 * `openAuditChain` and `OrgLogStore.open` throw
 */
export async function openOrgLog(store: ChainStore, logKey: Signer, options: OrgLogOptions): Promise<OrgLog> {
  const { state, tickMs, clock = systemClock, random = systemRandom } = options;
  if (!Number.isSafeInteger(tickMs) || tickMs < 1) throw tickRefused(`cannot be ${tickMs} ms long`);
  const began = { ms: 0 };
  const notBefore = { nowMs: () => Math.max(clock.nowMs(), began.ms) };
  const chain = await openAuditChain(store, logKey, { ...options, clock: notBefore });
  try {
    const texts = await state.open();
    try {
      const found = await findState(chain, state.where, texts);
      if (found.last !== undefined && found.last.tickMs !== tickMs) {
        throw tickRefused(`was ${found.last.tickMs} ms long, and cannot be ${tickMs}`);
      }
      const key = verifierKeyOf(options.origin, logKey.publicKey);
      return new StoredOrgLog({ chain, key, state, tickMs, clock, began, random }, found);
    } catch (error) {
      await state.close();
      throw error;
    }
  } catch (error) {
    await chain.close();
    throw error;
  }
}

interface Found {
  readonly records: Map<string, NamespaceRecord>;
  readonly last: WrittenTick | undefined;
  readonly opened: OpenedTick;
}

/** Holds the state against the newest tick of the chain: neither may be older than the other, but for a tick that was not written any more. */
async function findState(chain: AuditChain, where: string, texts: ReadonlyMap<string, string>): Promise<Found> {
  const records = new Map<string, NamespaceRecord>();
  const ticks: OpenedTick[] = [];
  for (const [name, text] of texts) {
    if (name.startsWith("tick-")) ticks.push(parseTick(where, text));
    if (!name.startsWith("namespace-")) continue;
    const record = parseNamespace(where, text);
    if (namespaceFile(record.key.name) !== name) throw orgLogDamaged(where, "holds a namespace in another's place");
    records.set(record.key.name, record);
  }
  const newest = chain.size - 1;
  if (ticks.some(({ seq }) => seq > newest + 1)) throw orgLogDamaged(where, "is newer than the chain");
  if (newest === 0) return { records, last: undefined, opened: { seq: 0, openings: [] } };
  const last = await tickAt(chain, newest);
  const opened = ticks.find(({ seq }) => seq === newest);
  if (
    last === undefined ||
    opened === undefined ||
    new OrgLogMap(opened.openings.map(leafOfOpening)).root !== last.map
  ) {
    throw orgLogDamaged(where, "does not open the newest tick of the chain");
  }
  for (const { key, note } of opened.openings) {
    const [head, record] = [readTreeHead(splitNote(note)?.text ?? ""), records.get(key.name)];
    const { size, root } = record?.seen ?? { size: -1 };
    if (head === undefined || size < head.size || (size === head.size && root !== head.root)) {
      throw orgLogDamaged(where, "was set back");
    }
  }
  return { records, last, opened };
}

async function tickAt(chain: AuditChain, seq: number): Promise<WrittenTick | undefined> {
  const parsed = parseEntry((await chain.prove(seq)).text);
  return parsed.kind === "entry" ? readTick(parsed.entry) : undefined;
}

interface Parts {
  readonly chain: AuditChain;
  readonly key: VerifierKey;
  readonly state: OrgLogStore;
  readonly tickMs: number;
  readonly clock: Clock;
  /** When the tick that is being written began: its entry is not earlier, though the clock is set back meanwhile. */
  readonly began: { ms: number };
  readonly random: NonNullable<AuditChainOptions["random"]>;
}

class StoredOrgLog implements OrgLog {
  readonly tickMs: number;
  readonly #parts: Parts;
  readonly #records: Map<string, NamespaceRecord>;
  /** One a namespace: between reading what was taken and keeping the new one nothing else of that namespace happens. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  #ticking: Promise<unknown> = Promise.resolve();
  #last: WrittenTick | undefined;
  #opened: OpenedTick;
  #map: OrgLogMap;

  constructor(parts: Parts, { records, last, opened }: Found) {
    this.tickMs = parts.tickMs;
    this.#parts = parts;
    this.#records = records;
    this.#last = last;
    this.#opened = opened;
    this.#map = new OrgLogMap(opened.openings.map(leafOfOpening));
  }

  get origin(): string {
    return this.#parts.chain.origin;
  }

  get verifierKey(): string {
    return this.#parts.chain.verifierKey;
  }

  get size(): number {
    return this.#parts.chain.size;
  }

  checkpoint(): Promise<SignedChain> {
    return this.#parts.chain.checkpoint();
  }

  witness(): ReturnType<AuditChain["witness"]> {
    return this.#parts.chain.witness();
  }

  export(over?: SignedChain): AsyncIterable<string> {
    return this.#parts.chain.export(over);
  }

  proveGrowth(from: number, to: number): Promise<readonly Hash[]> {
    return this.#parts.chain.proveGrowth(from, to);
  }

  register(key: VerifierKey): Promise<void> {
    const registering = () => this.#inLane(key.name, () => this.#register(key));
    return this.#inLane(REGISTER, registering); // one after the other, because they are counted
  }

  async #register(key: VerifierKey): Promise<void> {
    const record = this.#records.get(key.name);
    const problem = this.#whyNot(key, record);
    if (problem !== undefined) throw namespaceRefused(key.name, problem);
    const same = record?.key.key.kid === key.key.kid;
    const note = same ? record.note : null;
    await this.#keep(key.name, { key, state: "active", seen: record?.seen ?? null, note });
  }

  retire(origin: string): Promise<void> {
    return this.#inLane(origin, async () => {
      const record = this.#records.get(origin);
      if (record === undefined) throw namespaceRefused(origin, "is not registered");
      await this.#keep(origin, { ...record, state: "retired" });
    });
  }

  async submit({ note, prove }: CheckpointSubmission): Promise<SubmissionAnswer> {
    const head = inspectCheckpoint(note);
    if (head === undefined) return { ok: false, reason: "malformed" };
    const { origin, size, root } = head;
    return this.#inLane(origin, async () => {
      const record = this.#records.get(origin);
      if (record === undefined) return { ok: false, reason: "unknown_namespace" };
      if (record.state === "retired") return { ok: false, reason: "retired" };
      const { key, seen } = record;
      const taken = seen?.size ?? 0;
      const asks = taken > 0 && taken < size;
      const proof = asks ? await prove(taken) : [];
      const request = { oldSize: taken, proof, note, head: { origin, size, root } };
      const decision = witnessStep({ keys: [key], seen: seen ?? undefined }, request);
      if (decision.status === 403 || decision.status === 404) return { ok: false, reason: "key_refused" };
      if (decision.status !== 200) return { ok: false, reason: taken > size ? "behind" : "inconsistent", taken };
      if (utf8Length(decision.note) > ORG_LOG_NOTE_BYTES_MAX) return { ok: false, reason: "malformed" };
      await this.#keep(origin, { ...record, seen: { size, root }, note: decision.note });
      return { ok: true, origin, size, root };
    });
  }

  tick(): Promise<TickReport> {
    const report = this.#ticking.then(() => this.#tick());
    this.#ticking = report.catch(() => undefined); // who asked hears of it
    return report;
  }

  async anchored(origin: string): Promise<string> {
    const [{ seq, openings }, map] = [this.#opened, this.#map];
    const opening = openings.find(({ key }) => key.name === origin);
    if (opening === undefined) throw notAnchored(origin);
    const { proof, text, checkpoint } = await this.#parts.chain.prove(seq);
    const { key, note, nonce } = opening;
    const extra = encodeAnchor({ entry: text, note, nonce, path: map.path(slotOf(key)), grown: null });
    return formatTlogProof({ index: seq, proof, note: checkpoint, extra });
  }

  async close(): Promise<void> {
    await this.#ticking;
    try {
      await this.#parts.chain.close();
    } finally {
      await this.#parts.state.close();
    }
  }

  async #tick(): Promise<TickReport> {
    const { began, chain, clock, random, state, tickMs } = this.#parts;
    const tick = Math.floor(clock.nowMs() / tickMs);
    const last = this.#last;
    if (last !== undefined && tick <= last.tick) return this.#report(last, false);
    const openings = [...this.#records.values()].flatMap(({ key, state: standing, note }): TickOpening[] =>
      standing === "active" && note !== null ? [{ key, note, nonce: newNonce(random) }] : [],
    );
    const opened = { seq: chain.size, openings };
    const map = new OrgLogMap(openings.map(leafOfOpening));
    await state.save(tickFile(opened.seq), encodeTick(opened)); // before anybody can ask what the tick holds
    began.ms = tick * tickMs;
    const missed = last === undefined ? 0 : tick - last.tick - 1;
    const { timeMs } = await chain.append(TICK_TYPE, tickData({ tick, tickMs, missed, map: map.root }), {
      actor: ACTOR,
    });
    const written = { tick, tickMs, missed, map: map.root, atMs: timeMs, lateMs: timeMs - tick * tickMs };
    [this.#last, this.#opened, this.#map] = [written, opened, map];
    return this.#report(written, true);
  }

  async #report(written: WrittenTick, fresh: boolean): Promise<TickReport> {
    const { seq, openings } = this.#opened;
    return { ...written, fresh, seq, namespaces: openings.length, signed: await this.#parts.chain.checkpoint() };
  }

  /** What stands against registering this key; `undefined` if nothing does. */
  #whyNot(key: VerifierKey, record: NamespaceRecord | undefined): string | undefined {
    const { key: own } = this.#parts;
    if (namespaceOfOrigin(key.name) === undefined || domainOf(key.name) !== domainOf(own.name))
      return "is not one of this organisation";
    if (key.name === own.name || key.key.kid === own.key.kid) return "is the org log itself, or has its key";
    if (record === undefined) {
      return this.#records.size < ORG_LOG_NAMESPACES_MAX
        ? undefined
        : `is one more than the ${ORG_LOG_NAMESPACES_MAX} that may be`;
    }
    return record.state === "active" && record.key.key.kid !== key.key.kid
      ? "is registered with another key"
      : undefined;
  }

  async #keep(origin: string, record: NamespaceRecord): Promise<void> {
    await this.#parts.state.save(namespaceFile(origin), encodeNamespace(record));
    this.#records.set(origin, record);
  }

  #inLane<Result>(origin: string, work: () => Promise<Result>): Promise<Result> {
    const done = (this.#lanes.get(origin) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    this.#lanes.set(origin, settled);
    void settled.then(() => {
      if (this.#lanes.get(origin) === settled) this.#lanes.delete(origin);
    });
    return done;
  }
}

function domainOf(origin: string): string {
  return origin.split("/", 1)[0] ?? "";
}
