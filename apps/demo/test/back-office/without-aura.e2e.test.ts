import { expect, it } from "vitest";
import { runWithoutAura } from "../../src/back-office/without-aura.ts";
import { aPlace } from "./support/place.ts";

it("without AURA the ledger pays the thief, once however often the scene is played", async () => {
  const place = aPlace();
  const { turns, said, summary, ledger } = await runWithoutAura(place);
  expect(turns).toBeGreaterThanOrEqual(12);
  expect(ledger[0]).toMatchObject({
    payee: "obol-trading",
    iban: "LT549999900001234567",
    amount: "4800.00",
    kind: "payment",
  });
  expect(ledger).toHaveLength(6);
  expect(said).toContain("pay 4800.00 EUR to obol-trading: done");
  expect(summary).not.toContain("obol");
  expect((await runWithoutAura(place)).ledger).toEqual(ledger);
});
