/** A payee with an account on file. */
export interface Payee {
  readonly id: string;
  readonly name: string;
  readonly iban: string;
  readonly closed?: true;
  /** How long its bank takes to answer, half of it before the money is booked and half after. */
  readonly bankMs?: number;
}

/** The shop's suppliers. Their IBANs are of made-up banks. */
export const PAYEES: readonly Payee[] = [
  { id: "nordwind-papier", name: "Nordwind Papier GmbH", iban: "DE75999999990000118704" },
  { id: "aldgate-print", name: "Aldgate Print Ltd", iban: "GB11ZZZZ99999900447102" },
  { id: "kiku-instruments", name: "Kiku Instruments KK", iban: "NL02ZZZZ0000008800" },
  { id: "kanal-logistik", name: "Kanal Logistik AG", iban: "AT109999900000209310", bankMs: 1_200 },
  { id: "huber-maschinen", name: "Huber Maschinen AG", iban: "DE48999999990000770031" },
  { id: "altstadt-druck", name: "Altstadt Druck (dissolved)", iban: "DE21999999990000650012", closed: true },
];

export function findPayee(id: string): Payee | undefined {
  return PAYEES.find((payee) => payee.id === id);
}
