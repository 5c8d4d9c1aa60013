import { callAttacks } from "./attacks/calls.ts";
import { logAttacks } from "./attacks/log.ts";
import { outsideAttacks } from "./attacks/outside.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const ATTACKS: readonly Attack[] = [...callAttacks, ...logAttacks, ...outsideAttacks].toSorted(
  (left, right) => left.n - right.n,
);
