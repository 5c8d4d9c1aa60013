import type { JsonValue } from "@aura/trust";
import { invariant } from "@aura/trust";
import { type Ask, type Operation, type StepAction, sameAsk } from "./ask.ts";
import { type Difference, askedOtherwise, erased, notAsked } from "./difference.ts";
import { type EngineError, foreignAwait, runEnded, tooManyOperations } from "./engine-error.ts";
import { type Fact, type Settle, settleWith } from "./fact.ts";
import { quiet } from "./quiet.ts";

/** Operations that one run may ask for. */
export const RUN_OPERATIONS_MAX = 100_000;

const NOTHING: readonly Operation[] = [];

/** What became of the agent function. `misused`: it broke the one rule, to await nothing but its context. */
export type Settled =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "misused"; readonly error: EngineError };

/**
 * One agent function between its asks and its facts: numbers what is asked, answers what is delivered, and compares both
 * with the history. No I/O and no clock: facts in, asks out. The function runs in *turns*: its start, and each delivery
 * up to the next macrotask. Whoever drives it delivers one fact a turn, in the order of the run's stream.
 */
export class Run {
  readonly #recorded = new Map<number, Ask>();
  readonly #pending = new Map<number, Operation & Settle>();
  #asked: Operation[] = [];
  #count = 0;
  #nowMs: number;
  #inTurn = false;
  #closed = false;
  #settled: Settled | undefined;
  #difference: Difference | undefined;

  /** @param startedMs store time of `run.started`: what the function sees as now before its first fact */
  constructor(startedMs: number) {
    this.#nowMs = startedMs;
  }

  /** Time of the last delivered fact. The same on every replay. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get settled(): Settled | undefined {
    return this.#settled;
  }

  /** The first place where the function and the history part; after it nothing is answered any more. */
  get difference(): Difference | undefined {
    return this.#difference;
  }

  /** Asked and not delivered, in the order of asking. */
  pending(): Iterable<Operation> {
    return this.#pending.values();
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Calls the function: the first turn. */
  start(body: () => Promise<unknown>): void {
    this.#inTurn = true;
    void (async () => body())().then(
      (value) => this.#settle({ kind: "returned", value }),
      (error: unknown) => this.#settle({ kind: "threw", error }),
    );
  }

  /** Says, before the start, what the history holds for an operation. */
  expect(operation: number, recorded: Ask): void {
    this.#recorded.set(operation, recorded);
  }

  /**
   * Numbers what the function asks for. The promise settles when its fact is delivered; never, if the history differs.
   * Rejects with `engine/run_ended`, `engine/foreign_await`, `engine/too_many_operations`.
   */
  ask(ask: Ask, action?: StepAction): Promise<JsonValue | undefined> {
    if (this.#closed || this.#settled !== undefined) return refused(runEnded());
    if (!this.#inTurn) {
      this.#settle({ kind: "misused", error: foreignAwait() });
      return refused(foreignAwait());
    }
    if (this.#count === RUN_OPERATIONS_MAX) return refused(tooManyOperations(RUN_OPERATIONS_MAX));
    const number = ++this.#count;
    const recorded = this.#recorded.get(number);
    if (recorded !== undefined && !sameAsk(recorded, ask)) this.#differ(askedOtherwise(number, recorded, ask));
    return quiet(
      new Promise((resolve, reject) => {
        const operation = action === undefined ? { number, ask } : { number, ask, action };
        this.#pending.set(number, { ...operation, resolve, reject });
        this.#asked.push(operation);
      }),
    );
  }

  /** Answers one operation: a turn. The driver waits for a macrotask and says {@link endTurn}. */
  deliver(fact: Fact): void {
    if (this.#difference !== undefined) return;
    const operation = this.#pending.get(fact.operation);
    if (operation === undefined) return this.#differ(notAsked(fact.operation, fact.ask));
    if (fact.outcome.kind === "erased") return this.#differ(erased(fact.operation, fact.ask));
    invariant(!this.#inTurn, "one fact is delivered at a time");
    this.#pending.delete(fact.operation);
    this.#nowMs = fact.timeMs;
    this.#inTurn = true;
    settleWith(fact, operation);
  }

  endTurn(): void {
    this.#inTurn = false;
  }

  /** What was asked since the last time and still waits for an answer. */
  takeAsked(): readonly Operation[] {
    if (this.#asked.length === 0) return NOTHING;
    const asked = this.#asked.filter(({ number }) => this.#pending.has(number));
    this.#asked = [];
    return asked;
  }

  /** Gives up on operations that nobody will answer: the function has its end, or its time is over. */
  drop(operation: number): void {
    this.#pending.delete(operation);
  }

  /** The history is delivered: every operation it knows must have been asked for by now. */
  endReplay(): void {
    const unasked = [...this.#recorded].filter(([operation]) => operation > this.#count);
    const [first] = unasked.toSorted(([one], [other]) => one - other);
    if (first !== undefined) this.#differ(notAsked(...first));
    this.#recorded.clear();
  }

  /** Compares what came to light after the replay with what the function waits for. */
  compare(operation: number, recorded: Ask): void {
    const asked = this.#pending.get(operation)?.ask;
    if (asked === undefined) this.#differ(notAsked(operation, recorded));
    else if (!sameAsk(recorded, asked)) this.#differ(askedOtherwise(operation, recorded, asked));
  }

  /** The function waits for what no fact will ever bring. */
  misuse(error: EngineError): void {
    this.#settle({ kind: "misused", error });
  }

  /** Nothing is answered any more; whatever still runs of the function is refused. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
  }

  #differ(difference: Difference): void {
    this.#difference ??= difference;
  }

  /** A function that ends outside a turn was woken by something that no replay will repeat. */
  #settle(settled: Settled): void {
    if (this.#closed || this.#settled !== undefined) return;
    this.#settled = this.#inTurn || settled.kind === "misused" ? settled : { kind: "misused", error: foreignAwait() };
  }
}

function refused(error: EngineError): Promise<never> {
  return quiet(Promise.reject(error));
}
