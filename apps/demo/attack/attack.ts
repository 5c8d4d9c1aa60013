/** Where an attack finds the demo, and where it may destroy. Paths as they are pasted: relative to the workspace's root, or absolute. */
export interface Place {
  /** The demo's data folder. */
  readonly data: string;
  /** Copies of it, one an attack. */
  readonly copies: string;
}

/** One command to paste, and what must come of it. */
export interface Step {
  /** What it does, in a sentence. */
  readonly does: string;
  /** Works as it is from the workspace's root. */
  readonly command: string;
  /** `prepare` sets the scene; `attack` must fail; `limit` succeeds, and we say so. */
  readonly kind: "prepare" | "attack" | "limit";
  readonly exits: number;
  /** Every one of these must be in what it prints, on either stream. */
  readonly says: readonly string[];
  /** None of these may be. */
  readonly never?: readonly string[];
}

/** One way to cheat. */
export interface Attack {
  readonly n: number;
  readonly title: string;
  /** What the attacker has. */
  readonly has: string;
  /** What must happen, and why. */
  readonly must: string;
  /** What it would look like if AURA were broken. */
  readonly broken: string;
  /** What the attacker still gets. Each is a step of kind `limit`, or is out of reach of a test on one machine. */
  readonly limits: readonly string[];
  readonly stepsIn: (place: Place) => readonly Step[];
}

/** An attack whose commands name a demo. */
export interface PlacedAttack extends Omit<Attack, "stepsIn"> {
  readonly steps: readonly Step[];
}

export function placed({ stepsIn, ...words }: Attack, place: Place): PlacedAttack {
  return { ...words, steps: stepsIn(place) };
}

/** Begins every command of this folder. */
export const ATTACK = "npx -y pnpm@12.18.0 demo:attack";
export const AURA = "npx -y pnpm@12.18.0 aura";
export const AURA_TRUST = "npx -y pnpm@12.18.0 aura-trust";

export function placeOf(data: string): Place {
  return { data, copies: `${data}.attack` };
}
