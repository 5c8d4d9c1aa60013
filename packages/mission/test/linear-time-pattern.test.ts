import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { linearTimePattern } from "../src/linear-time-pattern.ts";

describe("patterns of foreign schemas", () => {
  it("are told apart inside one schema", () => {
    const matches = new Ajv2020({ strictTypes: false, code: { regExp: linearTimePattern } }).compile({
      properties: { a: { type: "string", pattern: "^a+$" }, b: { type: "string", pattern: "^b+$" } },
    });
    expect(matches({ a: "aa", b: "bb" })).toBe(true);
    expect(matches({ a: "aa", b: "aa" })).toBe(false);
    expect(matches({ a: "bb", b: "bb" })).toBe(false);
  });

  it("cannot be made to run for ever", () => {
    expect(linearTimePattern("^(a|aa)+$", "u").test(`${"a".repeat(50_000)}b`)).toBe(false);
  });

  it("that cannot be matched in linear time are left to the receiver", () => {
    expect(linearTimePattern("^(?=a)b", "u").test("anything")).toBe(true);
  });
});
