import type { Commitment, Hash } from "@aura/trust";
import type { DecisionRecord, Mission, MissionEvent, MissionState } from "../src/index.ts";

export const A_HASH = "A".repeat(43) as Hash;
export const A_COMMITMENT = "B".repeat(43) as Commitment;

const PERMIT: DecisionRecord = {
  kind: "PERMIT",
  rules: ["permit-all"],
  unknown: [],
  release: A_HASH,
  request: A_COMMITMENT,
};

export function aMissionIn(state: MissionState): Mission {
  return {
    id: "01936f3e-0000-7000-8000-000000000001",
    state,
    version: 1,
    agent: "invoice-clerk",
    createdBy: { id: "owner-1", custody: "person" },
    authority: "L1",
    timeoutMs: 600_000,
    tools: ["read_note"],
    definition: A_COMMITMENT,
    epoch: 0,
    createdAtMs: 1,
    updatedAtMs: 1,
  };
}

const EVENTS: { readonly [Type in MissionEvent["type"]]: Extract<MissionEvent, { type: Type }> } = {
  plan: { type: "plan", timeMs: 2, context: A_HASH },
  request_approval: {
    type: "request_approval",
    timeMs: 2,
    boundary: A_HASH,
    boundaryText: A_COMMITMENT,
    release: A_HASH,
    decision: PERMIT,
    untilMs: 9,
  },
  approve: { type: "approve", timeMs: 2, by: { kind: "rule", rules: ["permit-all"] } },
  queue: { type: "queue", timeMs: 2, boundary: A_HASH },
  start: { type: "start", timeMs: 2, deadlineMs: 9, decision: PERMIT },
  finish: {
    type: "finish",
    timeMs: 2,
    kind: "SUCCEEDED",
    actor: { id: "invoice-clerk", custody: "runtime" },
    code: undefined,
    result: A_COMMITMENT,
  },
  seal: { type: "seal", timeMs: 2, outcome: "a.b.c" },
  abandon: {
    type: "abandon",
    timeMs: 2,
    outcome: "a.b.c",
    kind: "CANCELLED",
    actor: { id: "owner-1", custody: "person" },
    code: "mission/cancelled",
  },
};

export function aMissionEvent(type: MissionEvent["type"]): MissionEvent {
  return EVENTS[type];
}
