import fc from "fast-check";
import { canonicalJson } from "@aura/trust";
import { expect, it } from "vitest";
import { nameInvalid } from "../src/engine-error.ts";
import { FAILURE_MESSAGE_CHARS_MAX, failureOf } from "../src/failure.ts";

it.each<[string, unknown, { because: string | null; message: string }]>([
  ["an error", new Error("no"), { because: null, message: "no" }],
  ["an error without a message", new TypeError(""), { because: null, message: "TypeError" }],
  ["an error with a code", Object.assign(new Error("no"), { code: "ENOENT" }), { because: "ENOENT", message: "no" }],
  ["an error with a strange code", Object.assign(new Error("no"), { code: 7 }), { because: null, message: "no" }],
  ["one of ours", nameInvalid("That."), { because: "engine/name_invalid", message: nameInvalid("That.").message }],
  ["a text", "no", { because: "engine/threw_no_error", message: "Something was thrown that is no error: no" }],
  [
    "nothing",
    undefined,
    { because: "engine/threw_no_error", message: "Something was thrown that is no error: undefined" },
  ],
  [
    "what cannot be shown",
    { toJSON: () => 1n },
    {
      because: "engine/threw_no_error",
      message: "Something was thrown that is no error: a value that cannot be shown",
    },
  ],
])("records %s", (_what, thrown, failure) => {
  expect(failureOf(thrown)).toEqual(failure);
});

it("keeps FAILURE_MESSAGE_CHARS_MAX characters of a message", () => {
  const most = "x".repeat(FAILURE_MESSAGE_CHARS_MAX);
  expect(failureOf(new Error(most)).message).toBe(most);
  expect(failureOf(new Error(`${most}x`)).message).toBe(most);
});

it("cuts a message to text that can be recorded, even through a surrogate pair", () => {
  const { message } = failureOf(new Error(`${"x".repeat(FAILURE_MESSAGE_CHARS_MAX - 1)}\u{1F600}`));
  expect(message.isWellFormed()).toBe(true);
});

it("is total: whatever is thrown can be recorded", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (thrown) => {
      const { message } = failureOf(thrown);
      expect(canonicalJson(message)).toBe(JSON.stringify(message));
    }),
  );
});
