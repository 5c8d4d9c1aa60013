import type { EntryDraft } from "@aura/store";
import type { Actor, Commitment, Entry, JsonObject } from "@aura/trust";
import type { AgentLost } from "./agent-lost.ts";
import type { Agent } from "./agent.ts";
import type { Ask } from "./ask.ts";
import { historyMalformed } from "./engine-error.ts";

/** An answer as its entry holds it: the texts are behind commitments. */
export interface RecordedFact {
  readonly operation: number;
  readonly kind: Ask["kind"];
  readonly name: string;
  readonly end: "succeeded" | "failed" | "denied" | "woke";
  readonly code: string | null;
  readonly rules: readonly string[];
  readonly durationMs: number | null;
  /** Key of a call. */
  readonly call: string | null;
  readonly timeMs: number;
  /** `arguments`, `result`, `message`. */
  readonly payloads: { readonly [name: string]: Commitment };
}

/** One entry of a run's stream. */
export type RunEntry =
  | { readonly kind: "started"; readonly agent: string; readonly version: string; readonly timeMs: number }
  | { readonly kind: "taken_over" }
  | { readonly kind: "sleep_set"; readonly operation: number; readonly durationMs: number; readonly dueMs: number }
  | { readonly kind: "fact"; readonly fact: RecordedFact }
  /** A long step said how far it is. */
  | { readonly kind: "progressed"; readonly operation: number; readonly details: Commitment }
  /** The function, or one of its steps, gave no sign of life: it was ended. */
  | {
      readonly kind: "beat_missed";
      readonly operation: number | null;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly kind: "ended";
      readonly end: "completed" | "failed";
      readonly code: string | null;
      readonly because: string | null;
      readonly payloads: { readonly [name: string]: Commitment };
    };

type Payloads = { readonly [name: string]: Commitment };

export function startedDraft(actor: Actor, { name, version }: Agent): EntryDraft {
  return { type: "run.started", actor, data: { agent: name, version }, takeOver: true };
}

export function takenOverDraft(actor: Actor): EntryDraft {
  return { type: "run.taken_over", actor, data: {}, takeOver: true };
}

/** Costs the step its one entry. `code` is the failure's own, absent where it had none. */
export function stepDraft(
  actor: Actor,
  step: {
    readonly operation: number;
    readonly name: string;
    readonly end: "succeeded" | "failed";
    readonly code: string | null;
    readonly payloads: Payloads;
  },
): EntryDraft {
  const { operation, name, end, code, payloads } = step;
  return { type: "run.recorded", actor, data: { operation, kind: "step", name, end, ...coded(code) }, payloads };
}

export function sleepSetDraft(
  actor: Actor,
  sleep: { readonly operation: number; readonly durationMs: number; readonly dueMs: number },
): EntryDraft {
  return { type: "run.recorded", actor, data: { ...sleep, kind: "sleep", name: "sleep" } };
}

export function wokeDraft(
  actor: Actor,
  sleep: { readonly operation: number; readonly durationMs: number },
): EntryDraft {
  return { type: "run.delivered", actor, data: { ...sleep, kind: "sleep", name: "sleep", end: "woke" } };
}

/** A call that left no entry of its own: what the function is told is recorded here alone. */
export function refusedCallDraft(
  actor: Actor,
  call: {
    readonly operation: number;
    readonly name: string;
    readonly call: string;
    readonly code: string;
    readonly payloads: Payloads;
  },
): EntryDraft {
  const { payloads, ...data } = call;
  return { type: "run.delivered", actor, data: { ...data, kind: "call", end: "denied", rules: [] }, payloads };
}

export function progressedDraft(actor: Actor, operation: number, details: Commitment): EntryDraft {
  return { type: "run.progressed", actor, data: { operation }, payloads: { details } };
}

export function beatMissedDraft(actor: Actor, { operation, lastMs, allowedMs, code, what }: AgentLost): EntryDraft {
  return { type: "run.beat_missed", actor, data: { operation, lastMs, allowedMs, code, message: what } };
}

export function endedDraft(
  actor: Actor,
  end: {
    readonly kind: "completed" | "failed";
    readonly code: string | null;
    readonly because: string | null;
    readonly payloads: Payloads;
  },
): EntryDraft {
  const { kind, code, because, payloads } = end;
  const data = { kind, ...coded(code), ...(because === null ? {} : { because }) };
  return { type: "run.ended", actor, data, payloads };
}

function coded(code: string | null): { readonly code?: string } {
  return code === null ? {} : { code };
}

/** Reads one entry, strictly. @throws `engine/history_malformed` */
export function readRunEntry(entry: Entry): RunEntry {
  const read = readerOf(entry);
  switch (entry.type) {
    case "run.started":
      return { kind: "started", agent: read.text("agent"), version: read.text("version"), timeMs: entry.timeMs };
    case "run.taken_over":
      return { kind: "taken_over" };
    case "run.recorded":
      return read.text("kind") === "sleep" ? sleepSet(read) : { kind: "fact", fact: factOf(entry, read) };
    case "run.delivered":
      return { kind: "fact", fact: factOf(entry, read) };
    case "run.progressed":
      return { kind: "progressed", operation: read.number("operation"), details: detailsOf(entry) };
    case "run.beat_missed":
      return {
        kind: "beat_missed",
        operation: entry.data["operation"] === null ? null : read.number("operation"),
        code: read.text("code"),
        message: read.text("message"),
      };
    case "run.ended":
      return {
        kind: "ended",
        end: read.oneOf("kind", ["completed", "failed"]),
        code: read.optionalText("code"),
        because: read.optionalText("because"),
        payloads: entry.payloads,
      };
    default:
      throw historyMalformed(`"${entry.type}" is not an entry of a run (${entry.stream}, version ${entry.version}).`);
  }
}

function sleepSet(read: Reader): RunEntry {
  return {
    kind: "sleep_set",
    operation: read.number("operation"),
    durationMs: read.number("durationMs"),
    dueMs: read.number("dueMs"),
  };
}

function detailsOf({ payloads, stream, version }: Entry): Commitment {
  const { details } = payloads;
  if (details !== undefined) return details;
  throw historyMalformed(`run.progressed names no details (${stream}, version ${version}).`);
}

function factOf(entry: Entry, read: Reader): RecordedFact {
  const kind = read.oneOf("kind", ["call", "step", "sleep"]);
  return {
    operation: read.number("operation"),
    kind,
    name: read.text("name"),
    end: read.oneOf("end", ENDS),
    code: read.optionalText("code"),
    rules: read.optionalTexts("rules"),
    durationMs: kind === "sleep" ? read.number("durationMs") : null,
    call: kind === "call" ? read.text("call") : null,
    timeMs: entry.timeMs,
    payloads: entry.payloads,
  };
}

const ENDS = ["succeeded", "failed", "denied", "woke"] as const;

type Reader = ReturnType<typeof readerOf>;

/** Reads members of an entry's data by type. */
function readerOf(entry: Entry) {
  const data: JsonObject = entry.data;
  const malformed = (member: string) =>
    historyMalformed(
      `"${member}" of ${entry.type} is missing or of another type (${entry.stream}, version ${entry.version}).`,
    );
  const text = (member: string): string => {
    const value = data[member];
    if (typeof value !== "string") throw malformed(member);
    return value;
  };
  return {
    text,
    number(member: string): number {
      const value = data[member];
      if (typeof value !== "number") throw malformed(member);
      return value;
    },
    oneOf<const Choice extends string>(member: string, choices: readonly Choice[]): Choice {
      const choice = choices.find((one) => one === text(member));
      if (choice === undefined) throw malformed(member);
      return choice;
    },
    optionalText: (member: string): string | null => (data[member] === undefined ? null : text(member)),
    optionalTexts(member: string): readonly string[] {
      const value = data[member] ?? [];
      if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw malformed(member);
      return value;
    },
  };
}
