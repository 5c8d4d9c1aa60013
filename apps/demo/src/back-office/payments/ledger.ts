import { createHash, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "@aura/trust";
import Database from "better-sqlite3";
import { formatMoney } from "../../money.ts";
import type { Order } from "./order.ts";
import { keyConflict, nothingToRefund, secretRefused } from "./payment-error.ts";

/** A line of the ledger: money that left, or that came back. */
export interface LedgerRow {
  readonly id: string;
  /** The idempotency key of the payment; a refund has its payment's. */
  readonly key: string;
  readonly payee: string;
  readonly iban: string;
  /** Decimal text: `1266.00`. */
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
  readonly kind: "payment" | "refund";
  readonly atMs: number;
}

/** The characters of a secret at least: 32 bytes in base64url. */
export const SECRET_CHARS_MIN = 43;

export interface Ledger {
  /** Books the order, or answers what was booked under its key. On the disk when it returns. @throws `payments/key_conflict` */
  pay(order: Order): LedgerRow;
  /** Books the money back, once however often it is asked. @throws `payments/nothing_to_refund` */
  refund(key: string): LedgerRow;
  find(key: string): LedgerRow | undefined;
  close(): void;
}

/** Rows are added, never changed: the file itself refuses. One payment a key, one refund a payment. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), secret BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS booking (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'refund')),
    key TEXT NOT NULL,
    payee TEXT NOT NULL,
    iban TEXT NOT NULL,
    minor INTEGER NOT NULL CHECK (minor > 0),
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS booking_stays BEFORE UPDATE ON booking BEGIN SELECT RAISE(ABORT, 'a booking stays'); END;
  CREATE TRIGGER IF NOT EXISTS booking_remains BEFORE DELETE ON booking BEGIN SELECT RAISE(ABORT, 'a booking stays'); END;
`;

interface Booking extends Omit<LedgerRow, "id" | "amount" | "atMs"> {
  readonly id: bigint;
  readonly minor: bigint;
  readonly at_ms: bigint;
}

/**
 * Opens a ledger for whoever holds its secret; the first who opens it founds it with his. Write-ahead log with every commit
 * synchronised: what was answered is there after a kill and after a power cut. @throws `payments/secret_refused`
 */
export function openLedger(path: string, secret: string | undefined, clock: Clock): Ledger {
  if (secret === undefined || secret.length < SECRET_CHARS_MIN) throw secretRefused();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new Database(path);
  try {
    db.defaultSafeIntegers(true);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("busy_timeout = 1000");
    db.transaction(() => {
      db.exec(SCHEMA);
      own(db, secret);
    }).immediate();
  } catch (error) {
    db.close();
    throw error;
  }
  return ledgerOn(db, clock);
}

/** Every row of a ledger in the order of booking, for whoever may read the file; none if there is no ledger yet. Changes nothing. */
export function ledgerOf(path: string): readonly LedgerRow[] {
  if (!existsSync(path)) return [];
  const db = new Database(path, { readonly: true, timeout: 1_000 });
  try {
    db.defaultSafeIntegers(true);
    const isFounded = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'booking'").get() !== undefined;
    if (!isFounded) return [];
    return db.prepare<[], Booking>("SELECT * FROM booking ORDER BY id").all().map(rowOf);
  } finally {
    db.close();
  }
}

/** The file keeps a digest of the secret, never the secret. */
function own(db: Database.Database, secret: string): void {
  const digest = createHash("sha256").update(`aura-demo-payments/${secret}`).digest();
  db.prepare("INSERT INTO owner (one, secret) VALUES (1, ?) ON CONFLICT DO NOTHING").run(digest);
  const owner = db.prepare<[], { secret: Uint8Array }>("SELECT secret FROM owner").get();
  if (owner === undefined || owner.secret.length !== digest.length || !timingSafeEqual(owner.secret, digest))
    throw secretRefused();
}

function ledgerOn(db: Database.Database, clock: Clock): Ledger {
  const find = db.prepare<[string, string], Booking>("SELECT * FROM booking WHERE kind = ? AND key = ?");
  const insert = db.prepare<(string | bigint | number)[], Booking>(
    "INSERT INTO booking (kind, key, payee, iban, minor, currency, reference, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
  );
  const book = (kind: LedgerRow["kind"], of: Omit<Booking, "id" | "kind" | "at_ms">): Booking => {
    const row = insert.get(kind, of.key, of.payee, of.iban, of.minor, of.currency, of.reference, BigInt(clock.nowMs()));
    if (row === undefined) throw new TypeError("a booking was answered with no row");
    return row;
  };
  const pay = db.transaction(({ key, payee, iban, money, reference }: Order): Booking => {
    const order = { key, payee, iban, minor: money.minor, currency: money.currency, reference };
    const booked = find.get("payment", key);
    if (booked === undefined) return book("payment", order);
    if (!isSame(booked, order)) throw keyConflict();
    return booked;
  });
  const refund = db.transaction((key: string): Booking => {
    const payment = find.get("payment", key);
    if (payment === undefined) throw nothingToRefund();
    return find.get("refund", key) ?? book("refund", payment);
  });
  return {
    pay: (order) => rowOf(pay.immediate(order)),
    refund: (key) => rowOf(refund.immediate(key)),
    find: (key) => {
      const row = find.get("payment", key);
      return row && rowOf(row);
    },
    close: () => db.close(),
  };
}

function isSame(booked: Booking, order: Omit<Booking, "id" | "kind" | "at_ms">): boolean {
  const members = ["payee", "iban", "minor", "currency", "reference"] as const;
  return members.every((member) => booked[member] === order[member]);
}

function rowOf({ id, kind, key, payee, iban, minor, currency, reference, at_ms }: Booking): LedgerRow {
  const [amount = ""] = formatMoney({ currency, minor }).split(" ");
  return { id: `${kind}-${id}`, key, payee, iban, amount, currency, reference, kind, atMs: Number(at_ms) };
}
