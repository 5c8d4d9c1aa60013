import { callStream } from "@aura/mission";
import type { StreamName } from "@aura/store";

/** The run of a mission that is executed unless another is named. */
export const FIRST_RUN = 1;

export function runStream(mission: string, run: number): StreamName {
  return `mission/${mission}/run/${run}`;
}

/** `<run>.<operation>`: the same on every attempt, so the call's stream is its idempotency claim. */
export function callKey(run: number, operation: number): string {
  return `${run}.${operation}`;
}

/** Every call stream of one run begins with this; what follows is the operation. */
export function callStreamsOf(mission: string, run: number): StreamName {
  return callStream(mission, `${run}.`);
}
