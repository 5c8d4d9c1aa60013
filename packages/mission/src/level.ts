/** L1 self, L2 manager, L3 department head, L4 board. */
export type Level = "L1" | "L2" | "L3" | "L4";

export const LEVELS = ["L1", "L2", "L3", "L4"] as const satisfies readonly Level[];

/** True when `level` is `other` or above it. */
export function reaches(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(other);
}
