import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A row of the payments server's ledger, read with no code of the application. */
export interface Row {
  readonly kind: string;
  readonly key: string;
  readonly payee: string;
  readonly iban: string;
  /** In hundredths. */
  readonly minor: number;
  readonly currency: string;
  readonly reference: string;
}

/** Every row in the order of booking; none if nothing was ever booked. */
export function ledgerRows(path: string): readonly Row[] {
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'booking'").get() === undefined) return [];
    const rows = database
      .prepare("SELECT kind, key, payee, iban, minor, currency, reference FROM booking ORDER BY id")
      .all();
    return rows.map((row) => ({ ...row })) as unknown as readonly Row[];
  } finally {
    database.close();
  }
}
