import { expect, it } from "vitest";
import { briefText } from "../src/brief-text.ts";

it("takes what fits on a line, in order, and leaves the rest to the details", () => {
  const key = "01a20e03-cf2a-782a-ae82-1d97ae5ea66c/huber-maschinen/HM-7731";
  const given = { amount: "6800.00", currency: "EUR", lines: [1], note: "two\n lines", idempotency_key: key, tries: 2 };
  expect(briefText(given)).toBe("6800.00 · EUR · two lines · 01a20e03…M-7731 · 2");
});
