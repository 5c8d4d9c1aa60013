import { describe, expect, it } from "vitest";
import type { CallState } from "../src/index.ts";
import { NEXT_CALL_STATE, isEnded } from "../src/index.ts";

/** Written by hand, from the design and not from the code. */
const EDGES = `
none --call.parked--> parked
none --call.sent--> sent
none --call.denied--> denied
parked --call.raised--> parked
parked --call.voted--> parked
parked --call.sent--> sent
parked --call.denied--> denied
parked --call.withdrawn--> withdrawn
sent --call.sent--> sent
sent --call.succeeded--> succeeded
sent --call.failed--> failed
sent --call.retrying--> retrying
sent --call.unknown--> unknown
retrying --call.sent--> sent
retrying --call.failed--> failed
unknown --call.sent--> sent
unknown --call.succeeded--> succeeded
unknown --call.failed--> failed
unknown --call.unresolved--> unresolved
`
  .trim()
  .split("\n");

const ENDS: readonly CallState[] = ["succeeded", "failed", "denied", "withdrawn", "unresolved"];

describe("the life of a call", () => {
  it("has these edges and no others", () => {
    const edges = Object.entries(NEXT_CALL_STATE).flatMap(([from, edgesOut]) =>
      Object.entries(edgesOut).map(([event, to]) => `${from} --${event}--> ${to}`),
    );
    expect(edges.toSorted()).toEqual(EDGES.toSorted());
  });

  it("ends in five ways", () => {
    const states = Object.keys(NEXT_CALL_STATE).filter((state) => state !== "none") as CallState[];
    expect(states.filter(isEnded).toSorted()).toEqual(ENDS.toSorted());
  });
});
