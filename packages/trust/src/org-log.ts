import { openAuditChain } from "./audit-chain.ts";
import type { AuditChain, AuditChainOptions } from "./audit-chain.ts";
import type { ChainStore } from "./chain-store.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Hash } from "./entry.ts";
import type { SignedChain } from "./open-chain.ts";
import { tickRefused } from "./org-log-error.ts";
import { findState } from "./org-log-found.ts";
import type { OrgLogStore } from "./org-log-store.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import type { Signer } from "./signer.ts";
import { StoredOrgLog } from "./stored-org-log.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { verifierKeyOf } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

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
