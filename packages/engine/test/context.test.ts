import { describe, expect, it } from "vitest";
import { agent } from "../src/agent.ts";
import { CALL_ARGUMENTS_BYTES_MAX, OPERATION_NAME_CHARS_MAX, SLEEP_MS_MAX, contextOf } from "../src/context.ts";
import { RUN_OPERATIONS_MAX, Run } from "../src/run.ts";

describe("what a function may ask for", () => {
  it.each([
    ["a name of OPERATION_NAME_CHARS_MAX characters", "x".repeat(OPERATION_NAME_CHARS_MAX), undefined],
    ["one more", "x".repeat(OPERATION_NAME_CHARS_MAX + 1), "engine/name_invalid"],
    ["none", "", "engine/name_invalid"],
    ["a line break", "a\nb", "engine/name_invalid"],
    ["half a surrogate pair", "\ud800", "engine/name_invalid"],
    ["no text at all", 7 as never, "engine/name_invalid"],
  ])("a step's name: %s", async (_what, name, code) => {
    expect(await codeOf((ctx) => ctx.step(name, () => null))).toBe(code);
  });

  it.each([
    ["CALL_ARGUMENTS_BYTES_MAX bytes", { a: "x".repeat(CALL_ARGUMENTS_BYTES_MAX - 8) }, undefined],
    ["one byte more", { a: "x".repeat(CALL_ARGUMENTS_BYTES_MAX - 7) }, "engine/arguments_too_large"],
    ["a number that is none", { a: Number.NaN }, "engine/arguments_not_json"],
    ["an undefined member", { a: undefined as never }, "engine/arguments_not_json"],
    ["an array", [] as never, "engine/arguments_not_json"],
    ["null", null as never, "engine/arguments_not_json"],
  ])("arguments: %s", async (_what, args, code) => {
    expect(await codeOf((ctx) => ctx.call("tool", args))).toBe(code);
  });

  it.each([
    ["SLEEP_MS_MAX", SLEEP_MS_MAX, undefined],
    ["one more", SLEEP_MS_MAX + 1, "engine/duration_invalid"],
    ["nothing", 0, undefined],
    ["less than nothing", -1, "engine/duration_invalid"],
    ["half a millisecond", 0.5, "engine/duration_invalid"],
    ["for ever", Infinity, "engine/duration_invalid"],
  ])("a sleep of %s", async (_what, durationMs, code) => {
    expect(await codeOf((ctx) => ctx.sleep(durationMs))).toBe(code);
  });

  it("RUN_OPERATIONS_MAX operations, and not one more", async () => {
    const run = new Run(0);
    let refused = "";
    run.start(async () => {
      const ctx = contextOf(run);
      for (let count = 0; count < RUN_OPERATIONS_MAX; count += 1) void ctx.step("s", () => null);
      await ctx.step("s", () => null).catch(({ code }: { code: string }) => (refused = code));
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect([run.takeAsked().length, refused]).toEqual([RUN_OPERATIONS_MAX, "engine/too_many_operations"]);
  });

  it("uses up no number for what was refused", async () => {
    const run = new Run(0);
    run.start(async () => {
      const ctx = contextOf(run);
      await ctx.sleep(-1).catch(() => undefined);
      await ctx.step("s", () => null);
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.takeAsked()).toMatchObject([{ number: 1, ask: { kind: "step" } }]);
  });

  it("waits for nothing in all() of nothing", async () => {
    expect(await contextOf(new Run(0)).all([])).toEqual([]);
  });
});

describe("an agent", () => {
  it.each([
    ["refunds", "1", true],
    ["a".repeat(63), "x".repeat(64), true],
    ["a".repeat(64), "1", false],
    ["Refunds", "1", false],
    ["-refunds", "1", false],
    ["refunds", "", false],
    ["refunds", "x".repeat(65), false],
    ["refunds", "1 2", false],
  ])("is named %s, version %s: %s", (name, version, valid) => {
    const named = () => agent(name, version, async () => null);
    if (valid) expect(named()).toMatchObject({ name, version });
    else expect(named).toThrow(expect.objectContaining({ code: "engine/agent_invalid" }));
  });
});

/** The code that the function is refused with; `undefined` if what it asked for was taken. */
async function codeOf(ask: (ctx: ReturnType<typeof contextOf>) => Promise<unknown>): Promise<string | undefined> {
  const run = new Run(0);
  let code: string | undefined;
  run.start(async () => {
    await ask(contextOf(run)).catch((error: { code: string }) => ({ code } = error));
  });
  await new Promise((resolve) => setImmediate(resolve));
  return code;
}
