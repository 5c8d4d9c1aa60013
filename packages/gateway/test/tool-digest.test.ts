import { hashText } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { pinTool } from "../src/tool-digest.ts";
import { aRegistration } from "./support/builders.ts";

const GIVEN = { name: "echo", description: "Says it again.", inputSchema: { type: "object" } };
const DEFINITION = { ...GIVEN, given: GIVEN };

describe("a tool's digest", () => {
  it("is SHA-256 over the canonical JSON of the definition and the registration", () => {
    const definition = `{"description":"Says it again.","inputSchema":{"type":"object"},"name":"echo"}`;
    const registration = `{"attemptTimeoutMs":10000,"class":"read","name":"echo","repeatable":false,"tags":[],"upstream":"hostile"}`;
    const text = `{"definition":${definition},"format":"aura-tool-1","registration":${registration}}`;
    expect(pinTool(aRegistration(), DEFINITION).digest).toBe(hashText(text));
    expect(hashText(text)).toBe("ArFJLHl9LuIbqBq27cbLuXKV99k7KgWvji4n4tn8_Kc");
  });

  it.each([
    ["class", { class: "irreversible" }],
    ["tags", { tags: ["admin"] }],
    ["attemptTimeoutMs", { attemptTimeoutMs: 1 }],
    ["repeatable", { repeatable: true }],
    ["find", { find: { tool: "echo", arguments: {}, equals: { value: "" }, findAfterMs: 0 } }],
    ["compensation", { compensation: { tool: "echo", arguments: {} } }],
    ["retry", { retry: { attempts: 2, initialMs: 1, factor: 2, maxMs: 9, jitter: 0, totalMs: 99 } }],
    ["upstream", { upstream: "other" }],
  ] as const)("changes with %s of the registration", (_, change) => {
    const { digest } = pinTool(aRegistration(), DEFINITION);
    expect(pinTool(aRegistration(change), DEFINITION).digest).not.toBe(digest);
  });

  it("does not change with the order of members, nor with what a registration merely carries along", () => {
    const { digest } = pinTool(aRegistration(), DEFINITION);
    const given = Object.fromEntries(Object.entries(GIVEN).toReversed()) as typeof GIVEN;
    expect(pinTool({ ...aRegistration(), find: undefined, note: "x" } as never, { ...DEFINITION, given }).digest).toBe(
      digest,
    );
  });
});
