import type { Step } from "./attack.ts";

/** What a command did. */
export interface Ran {
  /** `null` if a signal, or a time limit, ended it. */
  readonly exitCode: number | null;
  /** Both streams. */
  readonly text: string;
}

/** `as_stated`: what the page says happened. Anything else is a failure, and says what was different. */
export type StepVerdict =
  | { readonly kind: "as_stated" }
  | { readonly kind: "differs"; readonly because: readonly string[] };

/** Holds what a command did against what was stated before it ran. Pure. */
export function judge({ exits, says, never = [] }: Step, { exitCode, text }: Ran): StepVerdict {
  const because = [
    ...(exitCode === exits
      ? []
      : [`it ended with ${exitCode === null ? "a signal" : `exit code ${exitCode}`}, not ${exits}`]),
    ...says.filter((part) => !text.includes(part)).map((part) => `it did not say "${part}"`),
    ...never.filter((part) => text.includes(part)).map((part) => `it said "${part}"`),
  ];
  return because.length === 0 ? { kind: "as_stated" } : { kind: "differs", because };
}

export type AttackVerdict = "HELD" | "NOT HELD";

/** An attack held if every one of its steps went as stated: also those that prepare, and those that show a limit. Pure. */
export function verdictOf(steps: readonly StepVerdict[]): AttackVerdict {
  return steps.length > 0 && steps.every(({ kind }) => kind === "as_stated") ? "HELD" : "NOT HELD";
}
