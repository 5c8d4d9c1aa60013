import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { missionOfStream, refreshOnEvents } from "../src/refresh.ts";
import type { LoggedEntry } from "../src/runtime-api.ts";

it("knows the mission of a stream", () => {
  expect(["mission/m1", "mission/m1/call/1.0", "control", "missions/x", "agent/mission"].map(missionOfStream)).toEqual([
    "m1",
    "m1",
    undefined,
    undefined,
    undefined,
  ]);
});

function aWatch() {
  const queries = new QueryClient();
  const asked: string[] = [];
  vi.spyOn(queries, "invalidateQueries").mockImplementation(async (filters) => {
    asked.push(filters?.queryKey === undefined ? "everything" : filters.queryKey.join(" "));
  });
  const due: (() => void)[] = [];
  const events = refreshOnEvents(queries, { after: (_delayMs, act) => (due.push(act), () => undefined) });
  const onStream = (stream: string): void => events.onEntry({ entry: { stream } } as LoggedEntry);
  return { events, onStream, asked, due };
}

it("answers a burst of entries with one round of requests, each once", () => {
  const { onStream, asked, due } = aWatch();
  for (const stream of ["mission/m1", "mission/m1/call/1.1", "mission/m2"]) onStream(stream);
  expect([due.length, asked]).toEqual([1, []]);
  due[0]?.();
  expect(asked).toEqual(["now", "missions", "mission m1", "approvals", "demo", "mission m2"]);
});

it("begins a new round after the last one was asked", () => {
  const { onStream, asked, due } = aWatch();
  onStream("control");
  due[0]?.();
  onStream("control");
  expect(due).toHaveLength(2);
  due[1]?.();
  expect(asked).toEqual(["now", "approvers", "approvals", "now", "approvers", "approvals"]);
});

it("asks for everything, at once, when the runtime is back", () => {
  const { events, asked, due } = aWatch();
  events.onBack();
  expect([asked, due]).toEqual([["everything"], []]);
});
