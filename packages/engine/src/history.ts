import type { Commitment, Entry } from "@aura/trust";
import type { Ask } from "./ask.ts";
import { historyMalformed } from "./engine-error.ts";
import { type RecordedFact, type RunEntry, readRunEntry } from "./run-entry.ts";

/** A sleep whose due time is recorded. */
export interface SetSleep {
  readonly operation: number;
  readonly ask: Ask;
  readonly dueMs: number;
}

/** The fold of a run's stream. */
export interface History {
  readonly started: Extract<RunEntry, { kind: "started" }>;
  /** In the order of the stream: the order in which the function was given them. */
  readonly facts: readonly RecordedFact[];
  /** Due times of sleeps, delivered or not, by operation. */
  readonly sleeps: ReadonlyMap<number, SetSleep>;
  /** What steps without an answer said last of how far they are. */
  readonly details: ReadonlyMap<number, Commitment>;
  readonly missed: MissedBeats;
  readonly ended: Extract<RunEntry, { kind: "ended" }> | undefined;
}

/** How often the function was given up on because it fell silent. */
export interface MissedBeats {
  /** With no fact in between, or by one step, whichever is more. */
  readonly count: number;
  readonly last: Extract<RunEntry, { kind: "beat_missed" }> | undefined;
}

/** Folds a run's whole stream. Pure. @throws `engine/history_malformed` */
export function foldHistory(entries: readonly Entry[]): History {
  const [first, ...rest] = entries.map(readRunEntry);
  if (first?.kind !== "started") throw historyMalformed("The history of a run begins with run.started.");
  const facts: RecordedFact[] = [];
  const answered = new Set<number>();
  const sleeps = new Map<number, SetSleep>();
  const details = new Map<number, Commitment>();
  const misses = new MissCount();
  let ended: History["ended"];
  for (const entry of rest) {
    if (ended !== undefined) throw historyMalformed("The history of a run goes on after run.ended.");
    switch (entry.kind) {
      case "fact":
        if (answered.has(entry.fact.operation)) {
          throw historyMalformed(`Operation ${entry.fact.operation} has two answers.`);
        }
        answered.add(entry.fact.operation);
        details.delete(entry.fact.operation);
        misses.fact();
        facts.push(entry.fact);
        break;
      case "sleep_set":
        sleeps.set(entry.operation, setSleep(entry));
        break;
      case "progressed":
        details.set(entry.operation, entry.details);
        break;
      case "beat_missed":
        misses.missed(entry);
        break;
      case "ended":
        ended = entry;
        break;
      case "taken_over":
        break;
      case "started":
        throw historyMalformed("A run is started twice.");
      default:
        entry satisfies never;
    }
  }
  return { started: first, facts, sleeps, details, missed: misses.total(), ended };
}

class MissCount {
  readonly #byStep = new Map<number, number>();
  #inARow = 0;
  #last: MissedBeats["last"];

  fact(): void {
    this.#inARow = 0;
  }

  missed(entry: NonNullable<MissedBeats["last"]>): void {
    this.#inARow += 1;
    this.#last = entry;
    if (entry.operation !== null) this.#byStep.set(entry.operation, (this.#byStep.get(entry.operation) ?? 0) + 1);
  }

  total(): MissedBeats {
    return { count: Math.max(this.#inARow, ...this.#byStep.values()), last: this.#last };
  }
}

function setSleep({ operation, durationMs, dueMs }: Extract<RunEntry, { kind: "sleep_set" }>): SetSleep {
  return { operation, ask: { kind: "sleep", name: "sleep", detail: String(durationMs) }, dueMs };
}
