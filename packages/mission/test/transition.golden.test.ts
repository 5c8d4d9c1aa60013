import { describe, expect, it } from "vitest";
import type { MissionEvent, MissionState } from "../src/index.ts";
import { NEXT_STATE, transition } from "../src/index.ts";
import { aMissionEvent, aMissionIn } from "./mission-events.ts";

/** Written by hand, from the design and not from the code: every ordered pair of states, one line each. */
const PAIRS = `
CREATED --x CREATED
CREATED --plan--> PLANNING
CREATED --x WAITING_APPROVAL
CREATED --x APPROVED
CREATED --x PENDING_EXECUTION
CREATED --x IN_PROGRESS
CREATED --x EXECUTED
CREATED --abandon--> CLOSED
PLANNING --x CREATED
PLANNING --x PLANNING
PLANNING --request_approval--> WAITING_APPROVAL
PLANNING --x APPROVED
PLANNING --x PENDING_EXECUTION
PLANNING --x IN_PROGRESS
PLANNING --x EXECUTED
PLANNING --abandon--> CLOSED
WAITING_APPROVAL --x CREATED
WAITING_APPROVAL --x PLANNING
WAITING_APPROVAL --x WAITING_APPROVAL
WAITING_APPROVAL --approve--> APPROVED
WAITING_APPROVAL --x PENDING_EXECUTION
WAITING_APPROVAL --x IN_PROGRESS
WAITING_APPROVAL --x EXECUTED
WAITING_APPROVAL --abandon--> CLOSED
APPROVED --x CREATED
APPROVED --x PLANNING
APPROVED --x WAITING_APPROVAL
APPROVED --x APPROVED
APPROVED --queue--> PENDING_EXECUTION
APPROVED --x IN_PROGRESS
APPROVED --x EXECUTED
APPROVED --abandon--> CLOSED
PENDING_EXECUTION --x CREATED
PENDING_EXECUTION --x PLANNING
PENDING_EXECUTION --x WAITING_APPROVAL
PENDING_EXECUTION --x APPROVED
PENDING_EXECUTION --x PENDING_EXECUTION
PENDING_EXECUTION --start--> IN_PROGRESS
PENDING_EXECUTION --x EXECUTED
PENDING_EXECUTION --abandon--> CLOSED
IN_PROGRESS --x CREATED
IN_PROGRESS --x PLANNING
IN_PROGRESS --x WAITING_APPROVAL
IN_PROGRESS --x APPROVED
IN_PROGRESS --x PENDING_EXECUTION
IN_PROGRESS --x IN_PROGRESS
IN_PROGRESS --finish--> EXECUTED
IN_PROGRESS --x CLOSED
EXECUTED --x CREATED
EXECUTED --x PLANNING
EXECUTED --x WAITING_APPROVAL
EXECUTED --x APPROVED
EXECUTED --x PENDING_EXECUTION
EXECUTED --x IN_PROGRESS
EXECUTED --x EXECUTED
EXECUTED --seal--> CLOSED
CLOSED --x CREATED
CLOSED --x PLANNING
CLOSED --x WAITING_APPROVAL
CLOSED --x APPROVED
CLOSED --x PENDING_EXECUTION
CLOSED --x IN_PROGRESS
CLOSED --x EXECUTED
CLOSED --x CLOSED
`
  .trim()
  .split("\n");

/** The events that a state accepts, by hand as well: what is not here is refused. */
const ACCEPTED: Readonly<Record<MissionState, readonly MissionEvent["type"][]>> = {
  CREATED: ["plan", "abandon"],
  PLANNING: ["request_approval", "abandon"],
  WAITING_APPROVAL: ["approve", "abandon"],
  APPROVED: ["queue", "abandon"],
  PENDING_EXECUTION: ["start", "abandon"],
  IN_PROGRESS: ["finish"],
  EXECUTED: ["seal"],
  CLOSED: [],
};

const STATES = Object.keys(ACCEPTED) as readonly MissionState[];
const EVENTS: readonly MissionEvent["type"][] = [
  "plan",
  "request_approval",
  "approve",
  "queue",
  "start",
  "finish",
  "seal",
  "abandon",
];

function after(state: MissionState, event: MissionEvent["type"]): MissionState | undefined {
  try {
    return transition(aMissionIn(state), aMissionEvent(event)).state;
  } catch {
    return undefined;
  }
}

describe("the twelve edges", () => {
  it("are 12 of the 64 ordered pairs", () => {
    expect(PAIRS).toHaveLength(64);
    expect(new Set(PAIRS).size).toBe(64);
    expect(PAIRS.filter((line) => line.endsWith("-->") || line.includes("-->"))).toHaveLength(12);
  });

  it.each(PAIRS)("%s", (line) => {
    const [from, arrow, to] = line.split(" ") as [MissionState, string, MissionState];
    const ways = EVENTS.filter((event) => after(from, event) === to);
    expect(ways.map((event) => `${from} --${event}--> ${to}`)).toEqual(arrow === "--x" ? [] : [line]);
  });

  it.each(STATES.flatMap((state) => EVENTS.map((event) => ({ state, event }))))(
    "$state answers $event as the table says",
    ({ state, event }) => {
      const mission = aMissionIn(state);
      if (ACCEPTED[state].includes(event)) {
        expect(transition(mission, aMissionEvent(event))).toMatchObject({
          version: mission.version + 1,
          updatedAtMs: aMissionEvent(event).timeMs,
        });
      } else {
        expect(() => transition(mission, aMissionEvent(event))).toThrow(
          expect.objectContaining({ code: "mission/illegal_transition" }),
        );
      }
    },
  );

  it("leave no state out", () => {
    expect(Object.keys(NEXT_STATE).toSorted()).toEqual([...STATES].toSorted());
  });
});
