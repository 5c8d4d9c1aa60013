import { readFileSync } from "node:fs";
import fc from "fast-check";
import { isAuraError } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  DEFINITION_SCHEMA,
  DEFINITION_TOOLS_MAX,
  OBJECTIVE_BYTES_MAX,
  TIMEOUT_MS_MAX,
  TIMEOUT_MS_MIN,
  parseDefinition,
} from "../src/index.ts";

const WRITTEN = { objective: "Sum the invoices.", tools: ["b", "a"], authority: "L1", timeout: "PT10M" };

function problemOf(value: unknown): string {
  try {
    parseDefinition(value);
  } catch (error) {
    if (isAuraError(error, "mission/definition_invalid")) return error.what;
    throw error;
  }
  return "accepted";
}

describe("parseDefinition", () => {
  it("gives tools sorted by name and the timeout in milliseconds", () => {
    expect(parseDefinition(WRITTEN)).toEqual({
      objective: "Sum the invoices.",
      tools: [
        { name: "a", constraints: null },
        { name: "b", constraints: null },
      ],
      authority: "L1",
      timeoutMs: 600_000,
    });
  });

  it("keeps limits on arguments in the one language for them", () => {
    const constraints = { amount: { constraint_type: "decimal", max: "100.00" } };
    const { tools } = parseDefinition({ ...WRITTEN, tools: [{ name: "refund", constraints }] });
    expect(tools).toEqual([{ name: "refund", constraints }]);
  });

  it.each([
    ["/objective is missing", { ...WRITTEN, objective: undefined }],
    ["/timeout is missing", { objective: "x", tools: [], authority: "L1" }],
    ["/budget is not a member of a definition", { ...WRITTEN, budget: 7 }],
    ["/authority is not an authority level", { ...WRITTEN, authority: "L5" }],
    ["/authority", { ...WRITTEN, authority: 1 }],
    ["/timeout is not a duration", { ...WRITTEN, timeout: "10 minutes" }],
    ["/timeout is not a duration", { ...WRITTEN, timeout: "P1M" }],
    ["/timeout is not a duration", { ...WRITTEN, timeout: "P1Y" }],
    ["/timeout", { ...WRITTEN, timeout: Number.NaN }],
    ["/timeout", { ...WRITTEN, timeout: 1_500.5 }],
    ["/timeout", { ...WRITTEN, timeout: null }],
    ["/tools", { ...WRITTEN, tools: "a" }],
    ["/tools/1", { ...WRITTEN, tools: ["a", "no blanks"] }],
    ['/tools/1 names "a" a second time', { ...WRITTEN, tools: ["a", { name: "a" }] }],
    ["/tools/0/limits is not a member", { ...WRITTEN, tools: [{ name: "a", limits: {} }] }],
    [
      "/tools/0/constraints is not understood",
      { ...WRITTEN, tools: [{ name: "a", constraints: { b: { constraint_type: "regex" } } }] },
    ],
    ["/objective", { ...WRITTEN, objective: "" }],
    ["/objective holds a lone surrogate", { ...WRITTEN, objective: "\ud800" }],
    ["The mission definition is not valid: the definition", "not an object"],
    ["The mission definition is not valid: the definition", null],
    ["The mission definition is not valid: the definition", []],
  ])("says: %s", (problem, value) => {
    expect(problemOf(value)).toContain(problem);
  });

  it("holds the objective to its bytes, not its characters", () => {
    expect(problemOf({ ...WRITTEN, objective: "x".repeat(OBJECTIVE_BYTES_MAX) })).toBe("accepted");
    expect(problemOf({ ...WRITTEN, objective: "x".repeat(OBJECTIVE_BYTES_MAX + 1) })).toContain("/objective");
    expect(problemOf({ ...WRITTEN, objective: `${"x".repeat(OBJECTIVE_BYTES_MAX - 1)}é` })).toContain("4097 bytes");
  });

  it("holds the tools to their number", () => {
    const tools = Array.from({ length: DEFINITION_TOOLS_MAX }, (_, index) => `tool-${index}`);
    expect(problemOf({ ...WRITTEN, tools })).toBe("accepted");
    expect(problemOf({ ...WRITTEN, tools: [...tools, "one-more"] })).toContain("too many tools");
  });

  it.each([
    [TIMEOUT_MS_MIN, "accepted"],
    [TIMEOUT_MS_MIN - 1, "/timeout"],
    [TIMEOUT_MS_MAX, "accepted"],
    [TIMEOUT_MS_MAX + 1, "/timeout"],
    ["PT1S", "accepted"],
    ["PT0.999S", "999 ms"],
    ["P365D", "accepted"],
    ["P365DT0.001S", "/timeout"],
    ["P52W", "accepted"],
    ["P53W", "/timeout"],
    ["P", "/timeout"],
    ["P1DT", "/timeout"],
  ])("answers a timeout of %s with %s", (timeout, problem) => {
    expect(problemOf({ ...WRITTEN, timeout })).toContain(problem);
  });

  it("reads days, hours, minutes, seconds and their thousandths", () => {
    expect(parseDefinition({ ...WRITTEN, timeout: "P1DT2H3M4.05S" }).timeoutMs).toBe(93_784_050);
  });

  it("accepts or refuses with its code, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(problemOf(value)).not.toBe("");
      }),
    );
  });

  it("is published as a file that says the same", () => {
    const file = readFileSync(new URL("../schemas/definition.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(file)).toEqual(DEFINITION_SCHEMA);
  });
});
