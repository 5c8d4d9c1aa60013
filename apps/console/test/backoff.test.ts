import { expect, it } from "vitest";
import { backoffMs, FIRST_RETRY_MS, RETRY_MS_MAX } from "../src/backoff.ts";

it("grows from its first pause and stays at its longest", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 1_000].map(backoffMs);
  expect(pauses).toEqual([FIRST_RETRY_MS, 500, 1_000, 2_000, RETRY_MS_MAX, RETRY_MS_MAX, RETRY_MS_MAX]);
});
