import type { Payload } from "@aura/store";
import { bare } from "./bare-unit.ts";
import { payloadOf } from "./payload-draft.ts";
import { quiet } from "./quiet.ts";
import { progressedDraft } from "./run-entry.ts";
import type { RunSession } from "./run-world.ts";

/** A step's details are recorded at most this often, in milliseconds of store time: the latest only. */
export const BEATS_RECORDED_EVERY_MS = 5_000;

/** Keeps the details of one step's beats for its next attempt: a short step costs nothing, a long one an entry now and then. */
export class BeatRecord {
  readonly #session: RunSession;
  readonly #operation: number;
  /** Not recorded yet. */
  #latest: string | undefined;
  #recordedMs: number;
  #waiting = false;
  #stopped = false;

  constructor(session: RunSession, operation: number) {
    this.#session = session;
    this.#operation = operation;
    this.#recordedMs = session.world.store.nowMs();
  }

  /** @param details canonical JSON */
  keep(details: string): void {
    this.#latest = details;
    if (!this.#waiting) void this.#recordInTime();
  }

  /** Ends the record and answers the details that no entry holds yet. */
  stop(): Payload | undefined {
    this.#stopped = true;
    return this.#latest === undefined ? undefined : payloadOf(this.#session.world.random, this.#latest);
  }

  async #recordInTime(): Promise<void> {
    this.#waiting = true;
    await this.#session.wakeAt(this.#recordedMs + BEATS_RECORDED_EVERY_MS);
    this.#waiting = false;
    const { lane, actor, world } = this.#session;
    if (this.#stopped || this.#latest === undefined || !lane.held()) return;
    const details = payloadOf(world.random, this.#latest);
    this.#latest = undefined;
    this.#recordedMs = world.store.nowMs();
    const draft = progressedDraft(actor, this.#operation, details.commitment);
    // A lane that broke says so itself.
    await quiet(lane.append([draft], (write, id) => ({ ...bare(write, id), payloads: [details] })));
  }
}
