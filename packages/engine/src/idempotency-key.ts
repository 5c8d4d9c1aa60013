import type { Brand } from "@aura/trust";

/** What a step hands to a receiver that tells repetitions apart. Made by {@link idempotencyKey} only. */
export type IdempotencyKey = Brand<string, "IdempotencyKey">;

/** Where an operation stands: the same over attempts, hand-overs and replays, another for every other operation. */
export interface OperationPlace {
  readonly namespace: string;
  readonly mission: string;
  readonly run: number;
  readonly operation: number;
}

export function idempotencyKey({ namespace, mission, run, operation }: OperationPlace): IdempotencyKey {
  return `${namespace}/${mission}/${run}.${operation}` as IdempotencyKey;
}
