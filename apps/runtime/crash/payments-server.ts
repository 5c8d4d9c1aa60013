// The application's payments server in its own process, with a bank that is quick, which kills the runtime's process group on
// one side of the answer to its nth booking: `AURA_CRASH='{"group":...}' node payments-server.ts PROGRAM LEDGER`.
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import timers from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { PaymentsErrand } from "./die-at.ts";

/** A bank takes this long at most, so that trials end. */
const BANK_MS_MAX = 10;

const errand = JSON.parse(process.env["AURA_CRASH"] ?? "null") as PaymentsErrand | null;
const [node = process.execPath, , program, ...args] = process.argv;
if (errand === null || program === undefined) throw new Error("This file is only for the crash harness.");
delete process.env["AURA_CRASH"];
process.argv = [node, program, ...args];

const wait = timers.setTimeout;
timers.setTimeout = ((delayMs: number, ...rest: readonly []) =>
  wait(Math.min(delayMs, BANK_MS_MAX), ...rest)) as typeof wait;
syncBuiltinESMExports();

const write = process.stdout.write.bind(process.stdout);
const kill = (): void => void process.kill(-errand.group, "SIGKILL");
let bookings = 0;
let twice = errand.twice;
process.stdout.write = (text: string | Uint8Array) => {
  if (isBooked(text)) bookings += 1;
  if (isBooked(text) && twice) twice = !isBookedAgain(args[0]);
  const due = isBooked(text) && bookings === errand.nth;
  if (due && errand.side === "before") kill();
  const isFlushed = write(text);
  if (due && errand.side === "after") kill();
  return isFlushed;
};

await import(pathToFileURL(program).href);

/** The answer to a payment or a refund: its row is on the disk. */
function isBooked(text: string | Uint8Array): boolean {
  return typeof text === "string" && text.includes('"structuredContent"');
}

/** A server that pays twice: its first payment stands again, under another key. False while there is none. */
function isBookedAgain(ledger = ""): boolean {
  const database = new DatabaseSync(ledger, { timeout: 1_000 });
  try {
    const columns = "payee, iban, minor, currency, reference, at_ms";
    const again = `SELECT kind, key || '-again', ${columns} FROM booking WHERE kind = 'payment' ORDER BY id LIMIT 1`;
    return database.prepare(`INSERT INTO booking (kind, key, ${columns}) ${again}`).run().changes === 1;
  } finally {
    database.close();
  }
}
