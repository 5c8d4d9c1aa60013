import type { Entry } from "@aura/trust";
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
  readonly ended: Extract<RunEntry, { kind: "ended" }> | undefined;
}

/** Folds a run's whole stream. Pure. @throws `engine/history_malformed` */
export function foldHistory(entries: readonly Entry[]): History {
  const [first, ...rest] = entries.map(readRunEntry);
  if (first?.kind !== "started") throw historyMalformed("The history of a run begins with run.started.");
  const facts: RecordedFact[] = [];
  const answered = new Set<number>();
  const sleeps = new Map<number, SetSleep>();
  let ended: History["ended"];
  for (const entry of rest) {
    if (ended !== undefined) throw historyMalformed("The history of a run goes on after run.ended.");
    switch (entry.kind) {
      case "fact":
        if (answered.has(entry.fact.operation)) {
          throw historyMalformed(`Operation ${entry.fact.operation} has two answers.`);
        }
        answered.add(entry.fact.operation);
        facts.push(entry.fact);
        break;
      case "sleep_set":
        sleeps.set(entry.operation, setSleep(entry));
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
  return { started: first, facts, sleeps, ended };
}

function setSleep({ operation, durationMs, dueMs }: Extract<RunEntry, { kind: "sleep_set" }>): SetSleep {
  return { operation, ask: { kind: "sleep", name: "sleep", detail: String(durationMs) }, dueMs };
}
