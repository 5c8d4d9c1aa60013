import type { RunLane } from "@aura/mission";
import {
  type Answer,
  type Head,
  type LogStore,
  type NamespaceContext,
  type Payload,
  type StreamName,
  type Unit,
  type Write,
  chainEntries,
  headAfter,
} from "@aura/store";
import type { EntryDraft } from "@aura/store";
import { type Entry, type Random, invariant, uuidv7 } from "@aura/trust";

/** Entries of the run that stand, with the texts that their unit brought. */
export interface Landed {
  readonly entries: readonly Entry[];
  readonly payloads: readonly Payload[];
}

export interface LaneOptions {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  readonly random: Random;
  readonly stream: StreamName;
  /** Where the stream stood when it was folded: the first unit is built on it. */
  readonly head: Head;
  /** Told once for each appended unit, in the order of the stream. */
  readonly onLanded: (landed: Landed) => void;
}

/**
 * The lane of a run: units are built at once on the head that the units before them will leave and appended without
 * waiting for them, so what waits at once travels in one commit. The first answer that is not `appended`, or an append
 * that throws, closes it for good.
 */
export class Lane implements RunLane {
  readonly stream: StreamName;
  readonly #options: LaneOptions;
  readonly #waiting: (Landed & { appended: boolean })[] = [];
  #head: Head;
  #closedBy: Answer | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: LaneOptions) {
    this.stream = options.stream;
    this.#options = options;
    this.#head = options.head;
  }

  /** The fence that the next entry carries. */
  get fence(): number {
    return this.#head.fence;
  }

  held(): boolean {
    return this.#closedBy === undefined;
  }

  /** What closed it: the store's answer. */
  get closedBy(): Answer | undefined {
    return this.#closedBy;
  }

  /** What the store threw, if that closed it: what stands in the log is not known here. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Gives the run up: nothing more is appended. What is under way may still land. */
  close(): void {
    this.#closedBy ??= { kind: "fenced", stream: this.stream, head: this.#head };
  }

  async append(
    drafts: readonly EntryDraft[],
    build: (write: Write, unitId: string, timeMs: number) => Unit,
  ): Promise<Answer> {
    if (this.#closedBy !== undefined) return this.#closedBy;
    const unit = this.#build(drafts, build);
    const landing = { ...landedBy(unit, this.stream), appended: false };
    this.#waiting.push(landing);
    try {
      const [answer] = await this.#options.store.append(this.#options.context, [unit]);
      invariant(answer !== undefined, "a store answers every unit");
      if (answer.kind === "appended") this.#land(landing);
      else this.#closedBy ??= answer;
      return answer;
    } catch (error) {
      this.#failure ??= { error };
      this.close();
      throw error;
    }
  }

  /** Chains the entries and moves the predicted head: from here on the next unit stands on this one. */
  #build(drafts: readonly EntryDraft[], build: (write: Write, unitId: string, timeMs: number) => Unit): Unit {
    const { store, context, random } = this.#options;
    const timeMs = Math.max(store.nowMs(), this.#head.timeMs);
    const id = uuidv7(timeMs, random);
    const entries = chainEntries({ ...context, stream: this.stream, head: this.#head, unit: id, timeMs, drafts });
    const unit = build(
      { stream: this.stream, after: this.#head.version, fence: this.#head.fence, entries },
      id,
      timeMs,
    );
    this.#head = headAfter(this.#head, entries);
    return unit;
  }

  /** Answers may come in any order; what landed is told in the order of the stream. */
  #land(landing: Landed & { appended: boolean }): void {
    landing.appended = true;
    while (this.#waiting[0]?.appended === true) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#options.onLanded(next);
    }
  }
}

function landedBy(unit: Unit, stream: StreamName): Landed {
  const entries = unit.writes.filter((write) => write.stream === stream).flatMap((write) => write.entries);
  return { entries, payloads: unit.payloads };
}
