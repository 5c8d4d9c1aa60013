import { type Commitment, invariant, unreachable } from "@aura/trust";
import type { AgentLost } from "./agent-lost.ts";
import type { Operation } from "./ask.ts";
import { BeatRecord } from "./beat-record.ts";
import { Bell } from "./bell.ts";
import { EXPIRED, type Ending } from "./ending.ts";
import { functionStalled } from "./engine-error.ts";
import type { Fact } from "./fact.ts";
import type { GuestRun } from "./guest-run.ts";
import { type Waiting, performGovernedCall } from "./live-call.ts";
import { sleepUntilDue } from "./live-sleep.ts";
import { runStep } from "./live-step.ts";
import { type OpenPayload, openFact, payloadsOf } from "./open-fact.ts";
import { recordEnd } from "./run-ending.ts";
import { beatMissedDraft, progressedDraft, readRunEntry } from "./run-entry.ts";
import type { Landed } from "./run-lane.ts";
import type { RunEnd } from "./run-end.ts";
import type { RunSession } from "./run-world.ts";

/** What an earlier executor left under way, by operation. */
export interface LeftOpen {
  readonly calls: ReadonlyMap<number, { readonly nonce: string }>;
  readonly sleeps: ReadonlyMap<number, { readonly dueMs: number }>;
  /** What unfinished steps had said of how far they are. */
  readonly details: ReadonlyMap<number, Commitment>;
}

/** The function fell silent, which is recorded: its run must be replayed in a fresh place. */
export const BEAT_MISSED = "beat_missed";

/**
 * A run after its history: carries out what the function asks for, lets it land in the run's stream, and delivers what
 * landed, in the order of the stream, one fact a macrotask. What landed together is delivered before anything new starts,
 * so that what starts together can land together again.
 */
export class LiveRun {
  readonly #run: GuestRun;
  readonly #session: RunSession;
  readonly #left: LeftOpen;
  readonly #open: OpenPayload;
  readonly #bell = new Bell();
  readonly #landed: Landed[] = [];
  /** Begun and not landed. */
  readonly #begun = new Set<number>();
  /** Of these, the ones that wait for people. */
  readonly #waiting = new Map<number, Waiting>();
  #asked: readonly Operation[] = [];
  /** Steps whose code runs. */
  readonly #steps = new Map<number, { readonly record: BeatRecord; beat: () => void }>();
  /** Presentations between their intent and their outcome. */
  #performing = 0;
  #broken: { readonly error: unknown } | undefined;
  /** A fact landed at or after the deadline: the function saw nothing from there on. */
  #late = false;
  #stopped = false;

  constructor(run: GuestRun, session: RunSession, left: LeftOpen) {
    this.#run = run;
    this.#session = session;
    this.#left = left;
    this.#open = payloadsOf(session.world.store, session.world.context);
  }

  /** Told by the lane, in the order of the stream. */
  landed(landed: Landed): void {
    this.#landed.push(landed);
    this.#bell.ring();
  }

  /** Gives the run up: nothing more is appended or sent in its name. */
  stop(): void {
    this.#stopped = true;
    this.#session.lane.close();
    this.#bell.ring();
  }

  /**
   * Goes on until the run has its end, waits for people only, is lost, or its function is.
   * @throws what the store or the presenter threw
   */
  async execute(): Promise<RunEnd | typeof BEAT_MISSED> {
    const { lane, deadlineMs } = this.#session;
    this.#run.listen({
      changed: () => this.#bell.ring(),
      beat: (operation, details) => this.#beat(operation, details),
    });
    void this.#session.wakeAt(deadlineMs).then(() => this.#bell.ring());
    for (;;) {
      await this.#deliverLanded();
      if (lane.failure !== undefined) throw lane.failure.error;
      if (!lane.held()) return this.#lost();
      if (this.#broken !== undefined) {
        if (this.#performing === 0) throw this.#broken.error;
        await this.#bell.rung(); // what was sent lands first: its outcome is known, and must be recorded
        continue;
      }
      const ending = this.#ending();
      const loss = this.#lossThatMatters(ending);
      if (loss !== undefined) {
        if (this.#performing === 0) return (await this.#recordMissedBeat(loss)) ?? this.#lost();
        await this.#bell.rung(); // as above
        continue;
      }
      this.#start(ending);
      const rest = this.#rest(ending);
      if (rest === undefined) await this.#bell.rung();
      else if ("for" in rest) return this.#parked(rest);
      else return (await recordEnd(this.#session, rest)) ?? this.#lost();
    }
  }

  async #deliverLanded(): Promise<void> {
    for (let landed = this.#landed.shift(); landed !== undefined; landed = this.#landed.shift()) {
      for (const entry of landed.entries) {
        const read = readRunEntry(entry);
        if (read.kind === "fact") await this.#deliver(await openFact(read.fact, this.#open, landed.payloads));
      }
    }
  }

  async #deliver(fact: Fact): Promise<void> {
    this.#begun.delete(fact.operation);
    this.#waiting.delete(fact.operation);
    this.#late ||= fact.timeMs >= this.#session.deadlineMs;
    if (this.#late) return this.#run.drop(fact.operation);
    await this.#run.deliver(fact);
    invariant(this.#run.difference === undefined, "a live fact answers what was asked");
  }

  /** The end that the run has reached; `undefined` while its function waits for something that can still come. */
  #ending(): Ending | undefined {
    const { settled, loss, pendingCount } = this.#run;
    if (settled !== undefined) return settled;
    if (this.#isTimeUp()) return EXPIRED;
    if (pendingCount === 0 && loss === undefined) this.#run.misuse(functionStalled());
    return this.#run.settled;
  }

  /** A function that is gone matters while something is owed that only it could bring. */
  #lossThatMatters(ending: Ending | undefined): AgentLost | undefined {
    const { loss } = this.#run;
    if (loss === undefined || ending === undefined) return loss;
    for (const operation of this.#run.pending()) {
      if (operation.ask.kind === "step" && this.#isOwedAtEnd(operation)) return loss;
    }
    return undefined;
  }

  /** Appends `run.beat_missed`, and what its steps had said last. `undefined` if the run is no longer ours. */
  async #recordMissedBeat(loss: AgentLost): Promise<typeof BEAT_MISSED | undefined> {
    const { lane, actor } = this.#session;
    const said = [...this.#steps].flatMap(([operation, { record }]) => {
      const details = record.stop();
      return details === undefined ? [] : [{ operation, details }];
    });
    const progress = said.map(({ operation, details }) => progressedDraft(actor, operation, details.commitment));
    const payloads = said.map(({ details }) => details);
    const drafts = [...progress, beatMissedDraft(actor, loss)];
    const answer = await lane.append(drafts, (write, id) => ({ id, writes: [write], reads: [], payloads }));
    return answer.kind === "appended" ? BEAT_MISSED : undefined;
  }

  #beat(operation: number, details: string | null): void {
    const step = this.#steps.get(operation);
    step?.beat();
    if (details !== null) step?.record.keep(details);
  }

  #isTimeUp(): boolean {
    return this.#late || this.#session.world.store.nowMs() >= this.#session.deadlineMs;
  }

  #start(ending: Ending | undefined): void {
    const asked = [...this.#asked, ...this.#run.takeAsked()];
    if (asked.length === 0) return;
    this.#asked = asked.filter((operation) => !this.#mayStart(operation, ending));
    for (const operation of asked.filter((one) => this.#mayStart(one, ending))) this.#begin(operation);
  }

  /** A call that may have been sent is always seen through; nothing else starts for a function that failed or ran out of time. */
  #mayStart({ number, ask }: Operation, ending: Ending | undefined): boolean {
    if (this.#left.calls.has(number) || ending === undefined) return true;
    return ending.kind === "completed" && ask.kind !== "sleep" && !this.#isTimeUp();
  }

  #begin(operation: Operation): void {
    const { number } = operation;
    this.#begun.add(number);
    this.#carryOut(operation)
      .catch((error: unknown) => {
        if (error !== this.#run.loss) this.#broken ??= { error };
      })
      .finally(() => this.#bell.ring());
  }

  #carryOut(operation: Operation): Promise<void> {
    const { number, ask } = operation;
    switch (ask.kind) {
      case "step":
        return this.#runStep(operation);
      case "sleep":
        return sleepUntilDue(this.#session, operation, this.#left.sleeps.get(number)?.dueMs);
      case "call":
        return performGovernedCall(this.#session, operation, {
          openNonce: this.#left.calls.get(number)?.nonce,
          performing: (perform) => this.#perform(perform),
          onWaiting: (waiting) => {
            if (waiting === undefined) this.#waiting.delete(number);
            else this.#waiting.set(number, waiting);
            this.#bell.ring();
          },
        });
      default:
        return unreachable(ask.kind);
    }
  }

  async #runStep(operation: Operation): Promise<void> {
    const { number } = operation;
    const record = new BeatRecord(this.#session, number);
    const step = { record, beat: (): void => undefined };
    this.#steps.set(number, step);
    const onBeat = (beat: () => void): void => void (step.beat = beat);
    await runStep(this.#session, this.#run, operation, { details: this.#left.details.get(number), record, onBeat });
    this.#steps.delete(number);
  }

  async #perform<Answer>(perform: () => Promise<Answer>): Promise<Answer> {
    this.#performing += 1;
    try {
      return await perform();
    } finally {
      this.#performing -= 1;
      this.#bell.ring();
    }
  }

  /** Where the run comes to rest: its end, or people. `undefined` while work goes on that must land first. */
  #rest(ending: Ending | undefined): Ending | Waiting | undefined {
    if (ending === undefined && this.#waiting.size < this.#run.pendingCount) return undefined;
    let soonest: Waiting | undefined;
    for (const operation of this.#run.pending()) {
      if (ending !== undefined && !this.#isOwedAtEnd(operation)) continue;
      const waiting = this.#waiting.get(operation.number);
      if (waiting === undefined) return undefined;
      if (soonest === undefined || waiting.untilMs < soonest.untilMs) soonest = waiting;
    }
    return soonest ?? ending;
  }

  /** What was begun is seen through: a call until its outcome is known, a step until time is up. */
  #isOwedAtEnd({ number, ask }: Operation): boolean {
    if (!this.#begun.has(number) || ask.kind === "sleep") return false;
    if (ask.kind === "step") return !this.#isTimeUp() && this.#run.loss?.code !== "engine/agent_protocol";
    return this.#waiting.get(number)?.for !== "approval"; // a parked call is withdrawn when the mission finishes
  }

  #parked(waiting: Waiting): RunEnd {
    const { deadlineMs } = this.#session;
    const untilMs = this.#isTimeUp() ? waiting.untilMs : Math.min(waiting.untilMs, deadlineMs);
    return { kind: "waits", for: waiting.for, untilMs };
  }

  #lost(): RunEnd {
    if (this.#stopped) return { kind: "lost", reason: "stopped" };
    const answer = this.#session.lane.closedBy;
    const reason = answer?.kind === "refused" ? `refused: ${answer.code}` : (answer?.kind ?? "fenced");
    return { kind: "lost", reason };
  }
}
