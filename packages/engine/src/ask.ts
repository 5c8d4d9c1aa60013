/** What an agent function asks its run for: what replay compares. */
export interface Ask {
  readonly kind: "call" | "step" | "sleep";
  /** The tool, the step's name, or `sleep`. */
  readonly name: string;
  /** A call's arguments as canonical JSON, a sleep's milliseconds, nothing for a step. `null` in a history that was erased. */
  readonly detail: string | null;
}

/** One thing that was asked for and has not been answered. */
export interface Operation {
  /** From 1, in the order of asking. */
  readonly number: number;
  readonly ask: Ask;
  /** How long a step may give no sign of life, in milliseconds; without it, as long as it likes. */
  readonly heartbeatMs?: number;
}

/** True when replay may take `asked` for `recorded`. An erased detail compares with nothing. */
export function sameAsk(recorded: Ask, asked: Ask): boolean {
  return (
    recorded.kind === asked.kind &&
    recorded.name === asked.name &&
    (recorded.detail === null || recorded.detail === asked.detail)
  );
}

/** For people: `call refund`, `step notify`, `sleep of 500 ms`. Never the arguments, which may be confidential. */
export function askText(ask: Ask): string {
  return ask.kind === "sleep" ? `sleep of ${ask.detail ?? "?"} ms` : `${ask.kind} ${ask.name}`;
}
