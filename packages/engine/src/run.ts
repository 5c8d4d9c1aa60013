import type { JsonValue } from "@aura/trust";
import { invariant } from "@aura/trust";
import type { Ask, Operation } from "./ask.ts";
import { type EngineError, foreignAwait, runEnded, tooManyOperations } from "./engine-error.ts";
import { type Fact, type Settle, settleWith } from "./fact.ts";
import { quiet } from "./quiet.ts";
import type { StepAction } from "./step-action.ts";

/** Operations that one run may ask for. */
export const RUN_OPERATIONS_MAX = 100_000;

const NOTHING: readonly Operation[] = [];

/** What became of the agent function. `misused`: it broke the one rule, to await nothing but its context. */
export type Settled =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "misused"; readonly error: EngineError };

/** What a step brings along beside its name. */
export interface StepCode {
  readonly action: StepAction;
  readonly heartbeatMs?: number;
}

/**
 * One agent function between its asks and its facts: numbers what is asked and answers what is delivered. No I/O and no
 * clock: facts in, asks out. The function runs in *turns*: its start, and each delivery up to the next macrotask. Whoever
 * drives it delivers one fact a turn, in the order of the run's stream.
 */
export class Run {
  readonly #misused: () => void;
  readonly #pending = new Map<number, { readonly name: string; readonly action: StepAction | undefined } & Settle>();
  #asked: Operation[] = [];
  #count = 0;
  #nowMs: number;
  #inTurn = false;
  #closed = false;
  #settled: Settled | undefined;

  /**
   * @param startedMs store time of `run.started`: what the function sees as now before its first fact
   * @param misused told when the function went on outside of its turns; `settled` says how
   */
  constructor(startedMs: number, misused: () => void = () => undefined) {
    this.#nowMs = startedMs;
    this.#misused = misused;
  }

  /** Time of the last delivered fact. The same on every replay. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get settled(): Settled | undefined {
    return this.#settled;
  }

  /** The code of a step that was asked for and has no answer yet. */
  actionOf(operation: number): { readonly name: string; readonly action: StepAction } | undefined {
    const pending = this.#pending.get(operation);
    return pending?.action === undefined ? undefined : { name: pending.name, action: pending.action };
  }

  /** Calls the function: the first turn. */
  start(body: () => Promise<unknown>): void {
    this.#inTurn = true;
    void (async () => body())().then(
      (value) => this.#settle({ kind: "returned", value }),
      (error: unknown) => this.#settle({ kind: "threw", error }),
    );
  }

  /**
   * Numbers what the function asks for. The promise settles when its fact is delivered; never, if none comes.
   * Rejects with `engine/run_ended`, `engine/foreign_await`, `engine/too_many_operations`.
   */
  ask(ask: Ask, step?: StepCode): Promise<JsonValue | undefined> {
    if (this.#closed || this.#settled !== undefined) return refused(runEnded());
    if (!this.#inTurn) {
      this.#settle({ kind: "misused", error: foreignAwait() });
      return refused(foreignAwait());
    }
    if (this.#count === RUN_OPERATIONS_MAX) return refused(tooManyOperations(RUN_OPERATIONS_MAX));
    const number = ++this.#count;
    const { action, heartbeatMs } = step ?? {};
    this.#asked.push(heartbeatMs === undefined ? { number, ask } : { number, ask, heartbeatMs });
    return quiet(
      new Promise((resolve, reject) => {
        this.#pending.set(number, { name: ask.name, action, resolve, reject });
      }),
    );
  }

  /** Answers one operation: a turn. The driver waits for a macrotask and says {@link endTurn}. */
  deliver(fact: Fact): void {
    invariant(!this.#inTurn, "one fact is delivered at a time");
    const operation = this.#pending.get(fact.operation);
    invariant(operation !== undefined, "a fact answers what was asked");
    this.#pending.delete(fact.operation);
    this.#nowMs = fact.timeMs;
    this.#inTurn = true;
    settleWith(fact, operation);
  }

  endTurn(): void {
    this.#inTurn = false;
  }

  /** What was asked since the last time, in the order of asking. */
  takeAsked(): readonly Operation[] {
    if (this.#asked.length === 0) return NOTHING;
    const asked = this.#asked;
    this.#asked = [];
    return asked;
  }

  /** Nothing is answered any more; whatever still runs of the function is refused. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
  }

  /** A function that ends outside a turn was woken by something that no replay will repeat. */
  #settle(settled: Settled): void {
    if (this.#closed || this.#settled !== undefined) return;
    this.#settled = this.#inTurn ? settled : { kind: "misused", error: foreignAwait() };
    if (!this.#inTurn) this.#misused();
  }
}

function refused(error: EngineError): Promise<never> {
  return quiet(Promise.reject(error));
}
