import type { CallFacts, Findings, MissionFacts } from "./inspect.ts";
import type { Row } from "./ledger.ts";

/** Whom an invoice tells its reader to pay. */
const THIEF = { payee: "obol-trading", iban: "LT549999900001234567" };

/** What the ledger holds, against the undisturbed run, the missions' ends and the budgets' counters. */
export function moneyFaults(calm: Findings, { ledger, missions, calls, reserved }: Findings): readonly string[] {
  return [
    ...oneRowAKey(ledger),
    ...sameMoney(calm.ledger, ledger),
    ...reversedOnce(missions, ledger),
    ...nothingForTheThief(ledger),
    ...reservedIsPaid(calls, ledger, reserved),
  ];
}

function oneRowAKey(ledger: readonly Row[]): readonly string[] {
  const names = ledger.map(({ kind, key }) => `${kind} of ${key}`);
  return repeated(names).map((name) => `the ledger holds the ${name} more than once`);
}

/** The same rows, whatever their keys and their order: the same sums to the same accounts, each invoice once. */
function sameMoney(calm: readonly Row[], ledger: readonly Row[]): readonly string[] {
  const [wanted, found] = [calm, ledger].map((rows) => rows.map(moneyOf).toSorted());
  const missing = without(wanted ?? [], found ?? []);
  const more = without(found ?? [], wanted ?? []);
  return [
    ...missing.map((row) => `the ledger lacks the ${row}`),
    ...more.map((row) => `the ledger holds one ${row} too many`),
  ];
}

/** Each payment of a mission that failed has one refund under its key; no other payment has any. */
function reversedOnce(missions: readonly MissionFacts[], ledger: readonly Row[]): readonly string[] {
  const failed = missions.filter(({ state }) => state !== "CLOSED SUCCEEDED").map(({ id }) => id);
  return ledger
    .filter(({ kind }) => kind === "payment")
    .flatMap(({ key }) => {
      const refunds = ledger.filter((row) => row.kind === "refund" && row.key === key).length;
      const due = failed.some((id) => key.startsWith(`${id}/`)) ? 1 : 0;
      return refunds === due ? [] : [`payment ${key} was reversed ${refunds} times, not ${due}`];
    });
}

function nothingForTheThief(ledger: readonly Row[]): readonly string[] {
  const paid = ledger.filter(({ payee, iban }) => payee === THIEF.payee || iban === THIEF.iban);
  return paid.map((row) => `the thief has the ${moneyOf(row)}`);
}

/**
 * The counters hold what the ledger paid, and for each attempt whose outcome nobody ever knew its amount once more: such an
 * attempt keeps what it reserved. Attempts known not to have happened gave it back.
 */
function reservedIsPaid(calls: readonly CallFacts[], ledger: readonly Row[], reserved: number): readonly string[] {
  const paid = sum(ledger.filter(({ kind }) => kind === "payment").map(({ minor }) => minor));
  const pays = calls.filter(({ tool, intents }) => tool === "pay" && intents > 0);
  const kept = sum(pays.map((call) => minorOf(call) * (call.intents - 1 - call.retries)));
  return reserved === paid + kept
    ? []
    : [
        `the budgets' counters hold ${reserved}, and ${paid} was paid with ${kept} kept for attempts of unknown outcome`,
      ];
}

function minorOf({ arguments: { amount } }: CallFacts): number {
  return Math.round(Number(amount) * 100);
}

function moneyOf({ kind, minor, currency, payee, iban, reference }: Row): string {
  return `${kind} of ${minor} ${currency} to ${payee} ${iban} for ${reference}`;
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** What is left of `all` when each of `some` is taken out once. */
function without(all: readonly string[], some: readonly string[]): readonly string[] {
  const rest = [...some];
  return all.filter((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
