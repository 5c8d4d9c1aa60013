import type { Answer } from "@aura/store";

/** How often one unit is built again because the store refused its time: a machine does not sleep at every turn. */
export const TIME_BUILDS_MAX = 8;

/**
 * The store refused a unit for its time alone: too long lay between building and judging it (a laptop slept). Nothing stands
 * against building it again at a later time, unless its content was decided on the time that is over.
 */
export function isTimeOff(answer: Answer): boolean {
  return answer.kind === "refused" && answer.code === "store/time_off";
}
