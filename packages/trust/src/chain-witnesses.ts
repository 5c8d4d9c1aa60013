import { openCheckpoint } from "./checkpoint.ts";
import { openCosignature } from "./cosignature.ts";
import type { Hash } from "./entry.ts";
import { invariant } from "./invariant.ts";
import type { SignedChain } from "./open-chain.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { latestOf, submitCheckpoint } from "./witness-client.ts";
import type { Submission, WitnessAddress, WitnessReport } from "./witness-client.ts";
import { cosignatureRefused } from "./witness-error.ts";
import { countWitnesses } from "./witness-quorum.ts";
import { originHash } from "./witness-service.ts";

/** Whom a chain asks to cosign its checkpoints, and when. */
export interface ChainWitnesses extends Pick<Submission, "witnesses" | "quorum" | "fetch"> {
  /** Made for each checkpoint that they are asked about, like `() => AbortSignal.timeout(5_000)`: who is silent by then is `late`. */
  readonly patience: () => AbortSignal;
  /** The chain asks by itself about every n-th checkpoint that it signs: 1 unless given; 0 is never. No append waits for it. */
  readonly every?: number;
  /** Closing asks about the last checkpoint, too, and waits for the answers. Without it closing ends what is being asked. */
  readonly atClose?: boolean;
  /** Called when a witness says that it has seen another history of this log: wake somebody. What it throws is ignored. */
  readonly disputed: (dispute: HistoryDispute) => void;
  /** Called after every round, also of those that nobody waits for. What it throws is ignored. */
  readonly told?: (round: Witnessing | WitnessingFailed) => void;
}

/** A round of asking: the signed tree, `note` with every cosignature that verified, by whom, and why not by the others. */
export interface Witnessing extends SignedChain {
  readonly ok: true;
  /** True if at least `quorum` different witnesses cosigned it. */
  readonly witnessed: boolean;
  /** In the order of the witnesses. */
  readonly reports: readonly WitnessReport[];
}

/** A round that this side could not finish: what the store of the chain threw. */
export interface WitnessingFailed {
  readonly ok: false;
  readonly size: number;
  readonly error: unknown;
}

/**
 * Two histories under one key, or a witness that lies. `evidence` tells them apart: a note that the log's own key signed and that
 * this chain is no continuation of. Then the key signed elsewhere, or this chain was set back. `undefined`: the witness shows none.
 */
export interface HistoryDispute {
  readonly witness: string;
  readonly reason: "ahead" | "inconsistent";
  /** What it was asked to cosign. */
  readonly signed: SignedChain;
  readonly evidence: string | undefined;
}

/** What asking needs of the chain. @internal */
export interface WitnessedChain {
  readonly key: VerifierKey;
  proveGrowth(from: number, to: number): Promise<readonly Hash[]>;
  rootAt(size: number): Promise<Hash>;
  /** Keeps what was cosigned. */
  keep(round: Witnessing): Promise<void>;
}

/**
 * Asks the witnesses of one chain, one checkpoint at a time: the newest of those that wait, because it covers the others. @internal
 */
export class WitnessRounds {
  readonly #policy: ChainWitnesses;
  readonly #chain: WitnessedChain;
  /** The size that each cosigned last, by name. */
  readonly #sizes = new Map<string, number>();
  readonly #ending = new AbortController();
  #signatures = 0;
  #running: { readonly size: number; readonly round: Promise<Witnessing> } | undefined;
  #next: { signed: SignedChain; readonly round: Promise<Witnessing> } | undefined;

  /** @throws `trust/cosignature_refused` */
  constructor(policy: ChainWitnesses, chain: WitnessedChain) {
    const { every = 1, quorum, witnesses } = policy;
    const different = new Set(witnesses.map(({ key }) => key.key.kid)).size;
    if (!Number.isSafeInteger(every) || every < 0)
      throw cosignatureRefused("cannot be asked about so many checkpoints");
    if (!Number.isSafeInteger(quorum) || quorum < 1 || quorum > different)
      throw cosignatureRefused(`cannot be had of ${quorum} of ${different} witnesses`);
    this.#policy = policy;
    this.#chain = chain;
  }

  get atClose(): boolean {
    return this.#policy.atClose === true;
  }

  /** Whether enough of today's witnesses cosigned a note. */
  isWitnessed(note: string): boolean {
    const keys = this.#policy.witnesses.map(({ key }) => key);
    return countWitnesses(note, { keys, quorum: this.#policy.quorum }, this.#chain.key).met;
  }

  /** A checkpoint was signed. Never throws, never waits. */
  signed(signed: SignedChain): void {
    const { every = 1 } = this.#policy;
    this.#signatures += 1;
    if (every > 0 && this.#signatures % every === 0) void this.ask(signed).catch(() => undefined); // `told` has heard it
  }

  /** The round about this checkpoint, or a newer one. Rejects with what the chain's store throws. */
  ask(signed: SignedChain): Promise<Witnessing> {
    if (this.#running !== undefined && this.#running.size >= signed.size) return this.#running.round;
    if (this.#next !== undefined) {
      if (signed.size > this.#next.signed.size) this.#next.signed = signed;
      return this.#next.round;
    }
    const next = { signed, round: this.#after(this.#running?.round) };
    this.#next = next;
    return next.round;
  }

  /** Ends the waiting for whoever is asked, and waits until that has been told. */
  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled([this.#next?.round, this.#running?.round]);
  }

  /** Starts what waits, once what runs is over. */
  async #after(before: Promise<unknown> | undefined): Promise<Witnessing> {
    await Promise.allSettled([before]);
    const { signed } = this.#next ?? {};
    invariant(signed !== undefined, "a round that starts was waiting");
    this.#next = undefined;
    const running = { size: signed.size, round: this.#round(signed) };
    this.#running = running;
    try {
      return await running.round;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  async #round(signed: SignedChain): Promise<Witnessing> {
    const { told } = this.#policy;
    try {
      const { disputes, ...round } = await this.#asked(signed);
      for (const dispute of disputes) heard(() => this.#policy.disputed(dispute));
      await this.#chain.keep(round);
      heard(() => told?.(round));
      return round;
    } catch (error) {
      heard(() => told?.({ ok: false, size: signed.size, error }));
      throw error;
    }
  }

  async #asked(signed: SignedChain): Promise<Witnessing & { readonly disputes: readonly HistoryDispute[] }> {
    const { witnesses, quorum, fetch } = this.#policy;
    const { size, note } = signed;
    const earlier = earlierAnswers(note, witnesses);
    const asked = witnesses
      .filter(({ key }) => !earlier.has(key.name))
      .map((witness) => ({ ...witness, size: this.#sizes.get(witness.key.name) ?? witness.size ?? 0 }));
    const patience = this.#patience();
    const prove = (from: number) => (from === 0 || from === size ? [] : this.#chain.proveGrowth(from, size));
    try {
      const { signal } = patience;
      const submitted = await submitCheckpoint({ note, witnesses: asked, quorum, prove, fetch, signal });
      const disputes: HistoryDispute[] = [];
      for (const [at, report] of submitted.reports.entries()) {
        const witness = asked[at];
        if (report.ok) this.#sizes.set(report.name, size);
        if (report.ok || witness === undefined || (report.reason !== "ahead" && report.reason !== "inconsistent"))
          continue;
        const evidence = await this.#evidence(witness, signed, signal);
        disputes.push({ witness: report.name, reason: report.reason, signed, evidence });
      }
      const answers = new Map(submitted.reports.map((report) => [report.name, report]));
      const reports = witnesses.flatMap(({ key: { name } }) => earlier.get(name) ?? answers.get(name) ?? []);
      const witnessed = this.isWitnessed(submitted.note);
      return { ok: true, ...signed, note: submitted.note, witnessed, reports, disputes };
    } finally {
      patience.abort(); // nobody listens any more
    }
  }

  /** What the witness shows to monitors, if it is a tree of this log's key that this chain has not. */
  async #evidence(
    { key, url }: WitnessAddress,
    { size }: SignedChain,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const log = this.#chain.key;
    const note = (await latestOf({ fetch: this.#policy.fetch, url, signal }, originHash(log.name))) ?? "";
    const seen = openCheckpoint(note, log);
    if (!seen.ok || !openCosignature(note, key).ok) return undefined;
    if (seen.size > size) return note;
    return (await this.#chain.rootAt(seen.size)) === seen.root ? undefined : note;
  }

  /** The caller's signal, and ours: not `AbortSignal.any`, which does not keep a timeout alive everywhere. */
  #patience(): AbortController {
    const patience = this.#policy.patience();
    const both = new AbortController();
    for (const signal of [patience, this.#ending.signal]) {
      if (signal.aborted) both.abort();
      signal.addEventListener("abort", () => both.abort(), { once: true, signal: both.signal });
    }
    return both;
  }
}

/** Those that have cosigned the note already are not asked again. */
function earlierAnswers(note: string, witnesses: readonly WitnessAddress[]): ReadonlyMap<string, WitnessReport> {
  const answers = new Map<string, WitnessReport>();
  for (const { key } of witnesses) {
    const opened = openCosignature(note, key);
    if (opened.ok) answers.set(key.name, { name: key.name, ok: true, timeS: opened.timeS });
  }
  return answers;
}

/** A listener that fails is not the chain's failure. */
function heard(call: () => void): void {
  try {
    call();
  } catch {
    // whoever wants to hear of it catches it there
  }
}
