import type { Entry } from "@aura/trust";
import { isAuraError } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call, CallEventType, Mission, MissionEvent, MissionState } from "../src/index.ts";
import { NEXT_CALL_STATE, foldCall, foldMission, isEnded, transition } from "../src/index.ts";
import { nextAct } from "../src/settlement.ts";
import { aTool, aWriteTool } from "../src/testing/index.ts";
import { A_COMMITMENT, A_HASH, aMissionEvent, aMissionIn } from "./mission-events.ts";

const MISSION_EVENTS: readonly MissionEvent["type"][] = [
  "plan",
  "request_approval",
  "approve",
  "queue",
  "start",
  "finish",
  "seal",
  "abandon",
];

const ORDER: readonly MissionState[] = [
  "CREATED",
  "PLANNING",
  "WAITING_APPROVAL",
  "APPROVED",
  "PENDING_EXECUTION",
  "IN_PROGRESS",
  "EXECUTED",
  "CLOSED",
];

const DECISION = { kind: "PERMIT", rules: ["r"], unknown: [], release: A_HASH, request: A_COMMITMENT };

function anEntry(stream: string, version: number, type: string): Entry {
  return {
    format: "aura-entry-1",
    namespace: "acme",
    stream,
    version,
    fence: 0,
    unit: "u",
    type,
    timeMs: version,
    actor: { id: "a", custody: "agent" },
    data: {
      level: "L2",
      shown: A_HASH,
      choice: "APPROVE",
      position: "p",
      kid: "k",
      tool: "read_note",
      digest: A_HASH,
      class: "read",
      attempt: 1,
      sendByMs: 5,
      attemptTimeoutMs: 5,
      code: "x/y",
      untilMs: 5,
      scope: "mission",
      decision: DECISION,
    },
    payloads: {
      shown: A_COMMITMENT,
      arguments: A_COMMITMENT,
      result: A_COMMITMENT,
      message: A_COMMITMENT,
      reason: A_COMMITMENT,
    },
    previous: A_HASH,
  };
}

const CALL_EVENTS = [
  ...new Set(Object.values(NEXT_CALL_STATE).flatMap((edges) => Object.keys(edges))),
] as CallEventType[];
const CALL = "mission/m/call/1.1";

describe("the fold of a mission", () => {
  it("only ever moves forward, whatever is asked of it, and refused events change nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MISSION_EVENTS), { maxLength: 40 }), (events) => {
        let mission = aMissionIn("CREATED");
        for (const type of events) {
          const before = mission;
          try {
            mission = transition(mission, aMissionEvent(type));
          } catch (error) {
            expect(isAuraError(error, "mission/illegal_transition")).toBe(true);
            continue;
          }
          expect(ORDER.indexOf(mission.state)).toBeGreaterThan(ORDER.indexOf(before.state));
          expect(mission.version).toBe(before.version + 1);
        }
      }),
    );
  });

  it("accepts an entry of any kind only in its turn, or refuses it with its code", () => {
    const types = fc.constantFrom(
      "mission.created",
      "mission.planned",
      "mission.sealed",
      "epoch.raised",
      "note.written",
    );
    fc.assert(
      fc.property(types, fc.integer({ min: 1, max: 4 }), (type, version) => {
        const mission: Mission | undefined = version === 1 ? undefined : aMissionIn("CREATED");
        try {
          expect(foldMission(mission, anEntry("mission/m", version, type)).version).toBe(version);
        } catch (error) {
          expect(isAuraError(error)).toBe(true);
        }
      }),
    );
  });
});

describe("the fold of a call", () => {
  const histories = fc.array(fc.constantFrom(...CALL_EVENTS), { maxLength: 30 });

  it("never leaves an end, never goes back to waiting for people, and counts every entry", () => {
    fc.assert(
      fc.property(histories, (types) => {
        let call: Call | undefined;
        for (const type of types) {
          const before: Call | undefined = call;
          try {
            call = foldCall(call, anEntry(CALL, (call?.version ?? 0) + 1, type));
          } catch (error) {
            expect(isAuraError(error, "mission/log_unreadable")).toBe(true);
            continue;
          }
          expect(before !== undefined && isEnded(before.state)).toBe(false);
          if (call.state === "parked") expect([undefined, "parked"]).toContain(before?.state);
          expect(call).toMatchObject({
            version: (before?.version ?? 0) + 1,
            tool: "read_note",
            key: "1.1",
            mission: "m",
          });
        }
      }),
    );
  });

  it("gives the same however it is cut: a fold of folds is a fold", () => {
    fc.assert(
      fc.property(histories, fc.nat(30), (types, cut) => {
        const entries: Entry[] = [];
        let call: Call | undefined;
        for (const type of types) {
          const entry = anEntry(CALL, entries.length + 1, type);
          try {
            call = foldCall(call, entry);
            entries.push(entry);
          } catch {
            continue;
          }
        }
        const head = entries.slice(0, cut).reduce<Call | undefined>(foldCall, undefined);
        expect(entries.slice(cut).reduce<Call | undefined>(foldCall, head)).toEqual(call);
      }),
    );
  });
});

describe("what happens next to a call", () => {
  const tools = fc.constantFrom(aTool(), aWriteTool(), aWriteTool({ repeatable: true }), undefined);
  const calls = fc.record({
    state: fc.constantFrom(...(Object.keys(NEXT_CALL_STATE).filter((state) => state !== "none") as Call["state"][])),
    attempts: fc.integer({ min: 1, max: 3 }),
    class: fc.constantFrom("read", "write", "irreversible"),
    sendByMs: fc.integer({ min: 0, max: 100 }),
    attemptTimeoutMs: fc.integer({ min: 0, max: 100 }),
    untilMs: fc.integer({ min: 0, max: 100 }),
  });

  it("never sends a write of unknown outcome again that is not repeatable, unless its tool said it did not happen", () => {
    fc.assert(
      fc.property(
        calls,
        tools,
        fc.nat(3_000),
        fc.option(fc.nat(3), { nil: undefined }),
        (state, tool, nowMs, absentAttempt) => {
          const call = {
            mission: "m",
            key: "1.1",
            tool: "t",
            version: 1,
            arguments: A_COMMITMENT,
            actor: { id: "a", custody: "agent" },
            ...state,
          } as Call;
          const act = nextAct({ call, tool, nowMs, skewMs: 10, sent: 0, absentAttempt });
          const mayHaveHappened = call.state === "sent" || call.state === "unknown";
          if (
            mayHaveHappened &&
            call.class !== "read" &&
            tool?.repeatable !== true &&
            absentAttempt !== call.attempts
          ) {
            expect(act.kind).not.toBe("decide");
          }
          if (act.kind === "ask") {
            expect(nowMs).toBeGreaterThanOrEqual(
              (call.sendByMs ?? 0) + (call.attemptTimeoutMs ?? 0) + 10 + (tool?.find?.findAfterMs ?? Infinity),
            );
          }
          if (isEnded(call.state)) expect(act.kind).toBe("answer");
          if (act.kind === "wait") expect(act.untilMs).toBeGreaterThan(nowMs);
        },
      ),
    );
  });
});
