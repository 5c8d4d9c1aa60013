import type { AuditChain } from "./audit-chain.ts";
import { inspectCheckpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import { newNonce } from "./commitment.ts";
import type { Hash } from "./entry.ts";
import type { SignedChain } from "./open-chain.ts";
import { encodeAnchor, ORG_LOG_NOTE_BYTES_MAX } from "./org-log-anchor.ts";
import { namespaceRefused, notAnchored } from "./org-log-error.ts";
import type { FoundOrgLog } from "./org-log-found.ts";
import { OrgLogMap, slotOf } from "./org-log-map.ts";
import { encodeNamespace, encodeTick, leafOfOpening, namespaceFile, tickFile } from "./org-log-state.ts";
import type { NamespaceRecord, OpenedTick, TickOpening } from "./org-log-state.ts";
import type { OrgLogStore } from "./org-log-store.ts";
import { TICK_TYPE, tickData } from "./org-log-tick.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import type { CheckpointSubmission, OrgLog, SubmissionAnswer, TickReport } from "./org-log.ts";
import type { Random } from "./random.ts";
import { formatTlogProof } from "./tlog-proof.ts";
import { utf8Length } from "./utf8.ts";
import { namespaceOfOrigin } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { witnessStep } from "./witness.ts";

/** Namespaces that are registered, the retired ones included. */
export const ORG_LOG_NAMESPACES_MAX = 4_096;

/** No origin. */
const REGISTER = "";
const ACTOR = { id: "org-log", custody: "runtime" } as const;

interface Parts {
  readonly chain: AuditChain;
  readonly key: VerifierKey;
  readonly state: OrgLogStore;
  readonly tickMs: number;
  readonly clock: Clock;
  /** When the tick that is being written began: its entry is not earlier, though the clock is set back meanwhile. */
  readonly began: { ms: number };
  readonly random: Random;
}

/** @internal */
export class StoredOrgLog implements OrgLog {
  readonly tickMs: number;
  readonly #parts: Parts;
  readonly #records: Map<string, NamespaceRecord>;
  /** One a namespace: between reading what was taken and keeping the new one nothing else of that namespace happens. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  #ticking: Promise<unknown> = Promise.resolve();
  #last: WrittenTick | undefined;
  #opened: OpenedTick;
  #map: OrgLogMap;

  constructor(parts: Parts, { records, last, opened }: FoundOrgLog) {
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
