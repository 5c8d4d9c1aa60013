import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAuraError, type JsonValue } from "../src/index.ts";
import { EXTREMES, hostileBytes, hostileTexts, WRONG_TYPES, WRONG_VALUES } from "./hostile-input.ts";
import { HOSTILE, OURS } from "./hostile-table.ts";
import { mutationsOf } from "./structural-mutation.ts";

/** Every door that takes what strangers send answers it: with a value, a reason or a typed error, and never with a yes. */
const RUNS = 150;

it("every function that the package exports stands in the table, or among those that no stranger reaches", async () => {
  const doors = await Promise.all([
    import("../src/index.ts"),
    import("../src/verify.ts"),
    import("../src/verify-votes.ts"),
    import("../src/explain.ts"),
    import("../src/key-file.ts"),
    import("../src/file-chain-store.ts"),
  ]);
  const exported = doors.flatMap((door) =>
    Object.entries(door).flatMap(([name, one]) => (typeof one === "function" ? [name] : [])),
  );
  const driven = new Set(HOSTILE.flatMap(({ drives }) => drives));
  const ours = new Set(Object.values(OURS).flatMap((names) => names.split(" ")));
  expect([...new Set(exported)].filter((name) => !driven.has(name) && !ours.has(name))).toEqual([]);
  expect([...driven, ...ours].filter((name) => !exported.includes(name))).toEqual([]);
  expect([...driven].filter((name) => ours.has(name))).toEqual([]);
});

describe.each(HOSTILE.map((row) => ({ ...row, name: [row.drives.join(", "), row.as ?? ""].join(" ").trim() })))(
  "$name",
  (row) => {
    const ask = row.ask as (given: unknown) => unknown;

    /** The answer; a typed error is one. */
    async function answer(given: unknown): Promise<unknown> {
      try {
        return await ask(given);
      } catch (error) {
        if (isAuraError(error)) return undefined;
        throw error;
      }
    }

    async function refuses(given: unknown, sound: readonly unknown[]): Promise<void> {
      const answered = await answer(given);
      if (row.lenient || sound.includes(given)) return;
      expect(answered === true || isYes(answered), `took ${describeInput(given)}`).toBe(false);
    }

    it("takes nothing that was changed, and answers it", async () => {
      if (row.kind === "text") {
        await fc.assert(
          fc.asyncProperty(hostileTexts(row.valid), (given) => refuses(given, row.valid)),
          { numRuns: RUNS },
        );
      } else if (row.kind === "bytes") {
        const valid = row.valid.map((one) => one);
        await fc.assert(
          fc.asyncProperty(hostileBytes(valid), async (given) => void (await answer(given))),
          { numRuns: RUNS },
        );
      } else {
        const [value] = row.valid;
        const changes = [...mutationsOf(value as JsonValue)];
        const some = fc.constantFrom(...changes.map((change) => change.value));
        await fc.assert(
          fc.asyncProperty(some, async (given) => void (await answer(given))),
          { numRuns: 2 * RUNS },
        );
      }
    });

    it("answers what is of another type, or too much", async () => {
      if (row.kind === "bytes") {
        for (const given of EXTREMES) await answer(new TextEncoder().encode(given));
        return;
      }
      for (const given of EXTREMES) await refuses(given, row.valid);
      for (const given of WRONG_TYPES) await refuses(given, []);
      if (row.kind === "value")
        for (const wrong of WRONG_VALUES)
          for (const value of row.valid) for (const given of withInside(value, wrong)) await answer(given);
    });
  },
);

/** The value with `wrong` in place of each of its members, one by one, two levels down. */
function* withInside(value: JsonValue, wrong: unknown, levels = 2): Iterable<unknown> {
  if (typeof value !== "object" || value === null || levels === 0) return;
  for (const name of Object.keys(value).slice(0, 20)) {
    const inside = (value as { readonly [name: string]: JsonValue })[name] as JsonValue;
    const put = (item: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(name), item) : Object.assign({}, value, { [name]: item });
    yield put(wrong);
    for (const item of withInside(inside, wrong, levels - 1)) yield put(item);
  }
}

function isYes(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "ok" in answer && answer.ok === true;
}

function describeInput(given: unknown): string {
  return typeof given === "string" ? JSON.stringify(given.slice(0, 300)) : typeof given;
}
