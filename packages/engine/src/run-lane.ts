import { type RunLane, TIME_BUILDS_MAX, isTimeOff } from "@aura/mission";
import {
  type Answer,
  type Head,
  type LogStore,
  type NamespaceContext,
  type Payload,
  type StreamName,
  type Unit,
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

/** One unit on its way: how it is built, and where it stands as it was built last. */
interface Sending {
  readonly drafts: readonly EntryDraft[];
  readonly build: BuildUnit;
  readonly answered: PromiseWithResolvers<Answer>;
  /** The head that it was built on. */
  on: Head;
  landing: Landed;
  /** How often it was built: answers about earlier builds say nothing any more. */
  builds: number;
  appended: boolean;
}

type BuildUnit = Parameters<RunLane["append"]>[1];

/**
 * The lane of a run: units are built at once on the head that the units before them will leave and appended without
 * waiting for them, so what waits at once travels in one commit. The first answer that is not `appended`, or an append
 * that throws, closes it for good.
 *
 * Only a unit that came too late for its time (`store/time_off`: a laptop slept between building and commit) is built again,
 * and every unit behind it, in the same order. That is safe: such an answer says that everything before the unit stands and
 * that the run's fence is still ours; what was built on it links to an entry that will never exist, so it cannot land beside
 * its successor; and the function was given nothing of either. The store judges the new units like any others.
 */
export class Lane implements RunLane {
  readonly stream: StreamName;
  readonly #options: LaneOptions;
  /** In the order of the stream; what stands at the front is told first. */
  readonly #waiting: Sending[] = [];
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

  async append(drafts: readonly EntryDraft[], build: BuildUnit): Promise<Answer> {
    if (this.#closedBy !== undefined) return this.#closedBy;
    const { unit, landing, on } = this.#build(drafts, build);
    const answered = Promise.withResolvers<Answer>();
    const sending: Sending = { drafts, build, answered, on, landing, builds: 1, appended: false };
    this.#waiting.push(sending);
    void this.#send(sending, unit);
    return answered.promise;
  }

  async #send(sending: Sending, unit: Unit): Promise<void> {
    const build = sending.builds;
    try {
      const [answer] = await this.#options.store.append(this.#options.context, [unit]);
      invariant(answer !== undefined, "a store answers every unit");
      if (build === sending.builds) this.#answer(sending, answer);
    } catch (error) {
      this.#fail(sending, error);
    }
  }

  #answer(sending: Sending, answer: Answer): void {
    if (isTimeOff(answer) && this.held() && sending.builds < TIME_BUILDS_MAX) return this.#buildAgain(sending);
    if (answer.kind === "appended") this.#land(sending);
    else this.#closedBy ??= answer;
    sending.answered.resolve(answer);
  }

  #fail(sending: Sending, error: unknown): void {
    this.#failure ??= { error };
    this.close();
    sending.answered.reject(error);
  }

  /** Everything before `first` stands; `first` and what was built on it never will. */
  #buildAgain(first: Sending): void {
    this.#head = first.on;
    for (const sending of this.#waiting.slice(this.#waiting.indexOf(first))) {
      try {
        const { unit, landing, on } = this.#build(sending.drafts, sending.build);
        Object.assign(sending, { landing, on, builds: sending.builds + 1 });
        void this.#send(sending, unit);
      } catch (error) {
        return this.#fail(sending, error);
      }
    }
  }

  /** Chains the entries and moves the predicted head: from here on the next unit stands on this one. */
  #build(
    drafts: readonly EntryDraft[],
    build: BuildUnit,
  ): { readonly unit: Unit; readonly landing: Landed; readonly on: Head } {
    const { store, context, random } = this.#options;
    const on = this.#head;
    const timeMs = Math.max(store.nowMs(), on.timeMs);
    const id = uuidv7(timeMs, random);
    const entries = chainEntries({ ...context, stream: this.stream, head: on, unit: id, timeMs, drafts });
    const unit = build({ stream: this.stream, after: on.version, fence: on.fence, entries }, id, timeMs);
    this.#head = headAfter(on, entries);
    return { unit, landing: landedBy(unit, this.stream), on };
  }

  /** Answers may come in any order; what landed is told in the order of the stream. */
  #land(sending: Sending): void {
    sending.appended = true;
    while (this.#waiting[0]?.appended === true) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#options.onLanded(next.landing);
    }
  }
}

function landedBy(unit: Unit, stream: StreamName): Landed {
  const entries = unit.writes.filter((write) => write.stream === stream).flatMap((write) => write.entries);
  return { entries, payloads: unit.payloads };
}
