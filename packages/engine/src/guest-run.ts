import type { AgentHost, Guest, GuestListener, Opening, StepEnd, StepToPerform, Turned } from "./agent-host.ts";
import { type AgentLost, isAgentLost } from "./agent-lost.ts";
import { type Ask, type Operation, sameAsk } from "./ask.ts";
import { type Difference, askedOtherwise, erased, notAsked } from "./difference.ts";
import { type Ending, failedBy } from "./ending.ts";
import type { EngineError } from "./engine-error.ts";
import type { Fact } from "./fact.ts";

const NOTHING: readonly Operation[] = [];

/** Who is told what a guest says between its turns. */
export interface GuestEvents {
  /** It ended out of turn, or is lost: look at it. */
  changed(): void;
  beat(operation: number, details: string | null): void;
}

/**
 * One run's function as its executor sees it, wherever it lives: what it asked for and was not given, compared with the
 * history; what it came to; whether it is still there. Trusts nothing that it cannot see: the comparison is done here.
 */
export class GuestRun implements GuestListener {
  #guest: Guest | undefined;
  #events: GuestEvents | undefined;
  readonly #recorded = new Map<number, Ask>();
  readonly #pending = new Map<number, Operation>();
  #asked: Operation[] = [];
  #count = 0;
  #settled: Ending | undefined;
  #difference: Difference | undefined;
  #loss: AgentLost | undefined;

  /** Gets the function ready without calling it. @throws `engine/agent_unavailable` */
  static async open(host: AgentHost, opening: Opening): Promise<GuestRun> {
    const run = new GuestRun();
    run.#guest = await host.open(opening, run);
    return run;
  }

  /** A run whose function will not be called any more: only what it left under way is seen through before its end. */
  static ended(ending: Ending, underWay: readonly Operation[]): GuestRun {
    const run = new GuestRun();
    run.#settled = ending;
    run.#asked = [...underWay];
    for (const operation of underWay) run.#pending.set(operation.number, operation);
    return run;
  }

  get settled(): Ending | undefined {
    return this.#settled;
  }

  /** The first place where the function and the history part; after it nothing is answered any more. */
  get difference(): Difference | undefined {
    return this.#difference;
  }

  /** Why the function is gone. What is pending in it will never come. */
  get loss(): AgentLost | undefined {
    return this.#loss;
  }

  /** Asked and not delivered, in the order of asking. */
  pending(): Iterable<Operation> {
    return this.#pending.values();
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** From here on `events` are told. */
  listen(events: GuestEvents): void {
    this.#events = events;
  }

  /** Says, before the start, what the history holds for an operation. */
  expect(operation: number, recorded: Ask): void {
    this.#recorded.set(operation, recorded);
  }

  start(startedMs: number): Promise<void> {
    return this.#turn((guest) => guest.start(startedMs));
  }

  /** Answers one operation: a turn. It is over, or the function lost, when this resolves. */
  async deliver(fact: Fact): Promise<void> {
    if (this.#difference !== undefined) return;
    if (!this.#pending.has(fact.operation)) return this.#differ(notAsked(fact.operation, fact.ask));
    if (fact.outcome.kind === "erased") return this.#differ(erased(fact.operation, fact.ask));
    this.#pending.delete(fact.operation);
    await this.#turn((guest) => guest.deliver(fact));
  }

  /** Runs a step's code where it lives. @throws {@link AgentLost} */
  async perform(step: StepToPerform): Promise<StepEnd | undefined> {
    return this.#guest?.perform(step);
  }

  /** What was asked since the last time and still waits for an answer. */
  takeAsked(): readonly Operation[] {
    if (this.#asked.length === 0) return NOTHING;
    const asked = this.#asked.filter(({ number }) => this.#pending.has(number));
    this.#asked = [];
    return asked;
  }

  /** Gives up on an operation that nobody will answer: the function's time is over. */
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
    this.#settled ??= failedBy(error);
  }

  /** Ends the function where it lives. */
  close(): void {
    this.#guest?.close();
    this.#guest = undefined;
    this.#events = undefined;
    this.#pending.clear();
  }

  /** A step of it fell silent: it is ended, and lost. */
  giveUp(loss: AgentLost): void {
    this.#guest?.close();
    this.lost(loss);
  }

  misused(ending: Ending): void {
    this.#settled ??= ending;
    this.#events?.changed();
  }

  beat(operation: number, details: string | null): void {
    this.#events?.beat(operation, details);
  }

  lost(loss: AgentLost): void {
    if (this.#loss !== undefined) return;
    this.#loss = loss;
    this.#guest = undefined;
    if (loss.code === "engine/agent_protocol") this.#settled ??= failedBy(loss);
    this.#events?.changed();
  }

  async #turn(begin: (guest: Guest) => Promise<Turned>): Promise<void> {
    if (this.#guest === undefined) return;
    try {
      const { asked, ending } = await begin(this.#guest);
      for (const operation of asked) this.#ask(operation);
      this.#settled ??= ending;
    } catch (error) {
      if (!isAgentLost(error)) throw error;
      this.lost(error);
    }
  }

  #ask(operation: Operation): void {
    const { number, ask } = operation;
    const recorded = this.#recorded.get(number);
    if (recorded !== undefined && !sameAsk(recorded, ask)) this.#differ(askedOtherwise(number, recorded, ask));
    this.#count = number;
    this.#pending.set(number, operation);
    this.#asked.push(operation);
  }

  #differ(difference: Difference): void {
    this.#difference ??= difference;
  }
}
