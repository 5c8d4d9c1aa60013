import type { LoggedEntry } from "@aura/store";
import { describe, expect, it } from "vitest";
import { createTold } from "../src/demo/told.ts";

function anEntry(type: string, stream = "mission/m/call/1.1", tool?: string): LoggedEntry {
  return {
    seq: 0,
    leaf: "x",
    entry: { type, stream, data: tool === undefined ? {} : { tool } },
  } as unknown as LoggedEntry;
}

function told() {
  const tools = [
    { name: "read_text_file", class: "read" },
    { name: "pay", class: "write" },
  ];
  return createTold({ tools } as unknown as Parameters<typeof createTold>[0]);
}

describe("the short story", () => {
  it("tells a payment and what became of it", () => {
    const tells = told();
    expect(tells(anEntry("call.sent", "mission/m/call/1.1", "pay"))).toBe(true);
    expect(tells(anEntry("call.succeeded"))).toBe(true);
  });

  it("leaves out a call that reads, with its end, unless a rule denied it", () => {
    const tells = told();
    expect(tells(anEntry("call.sent", "mission/m/call/1.1", "read_text_file"))).toBe(false);
    expect(tells(anEntry("call.succeeded"))).toBe(false);
    expect(tells(anEntry("call.denied", "mission/m/call/1.2", "read_text_file"))).toBe(true);
  });

  it("tells what people do and what broke, and no bookkeeping", () => {
    const tells = told();
    expect(["approver.enrolled", "stop.ordered", "run.taken_over"].every((type) => tells(anEntry(type)))).toBe(true);
    expect(["run.delivered", "mission.planned"].some((type) => tells(anEntry(type)))).toBe(false);
  });
});
