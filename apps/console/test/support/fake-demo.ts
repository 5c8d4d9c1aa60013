import type { Demo } from "../../src/runtime-api.ts";
import { THIEF } from "./closed-missions.ts";
import { SUPPLIER } from "./waiting-mission.ts";

/** The demonstration at its third scene. */
export function aDemo(nowMs: number): Demo {
  const titles = ["Without AURA", "With AURA", "A person signs", "Undone in reverse", "kill -9", "Flip a byte"];
  return {
    scenes: titles.map((title, index) => ({
      n: index + 1,
      title,
      state: ["done", "done", "waiting", "idle", "idle", "idle"][index] ?? "idle",
      missions: [[], [THIEF], [SUPPLIER]][index] ?? [],
      said:
        [
          ["The agent read invoice 2026-0118.", "Paid 2,900.00 EUR to Northgate Holdings Ltd."],
          ["pay was denied by only-known-payees. Nothing left."],
        ][index] ?? [],
    })),
    ledger: [
      {
        id: "1",
        key: "k1",
        payee: "Brenner Papier GmbH",
        amount: "84.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 1_500_000,
      },
      {
        id: "2",
        key: "k2",
        payee: "Lindqvist AB",
        amount: "120.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 600_000,
      },
      {
        id: "3",
        key: "k3",
        payee: "Lindqvist AB",
        amount: "-120.00",
        currency: "EUR",
        kind: "refund",
        atMs: nowMs - 598_000,
      },
    ],
    without: [
      {
        id: "1",
        key: "w1",
        payee: "Northgate Holdings Ltd",
        amount: "2900.00",
        currency: "EUR",
        kind: "payment",
        atMs: nowMs - 900_000,
      },
    ],
  };
}
