import type { Place } from "./attack.ts";

export interface Stage {
  readonly place: Place;
  readonly say: (line: string) => void;
}

/** A small program of the attacker. Answers its exit code: 0 if AURA held, 1 if the attack got through. Throws what kept it from trying. */
export type Program = (args: readonly string[], stage: Stage) => Promise<number> | number;
