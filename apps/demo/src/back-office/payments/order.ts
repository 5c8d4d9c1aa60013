import type { JsonObject, JsonValue } from "@aura/trust";
import { CURRENCY_DIGITS, findMoney } from "../../money.ts";
import type { Money } from "../../money.ts";
import { findPayee } from "./payee.ts";
import { accountClosed, amountMalformed, keyRequired, orderMalformed, payeeUnknown } from "./payment-error.ts";

/** An order that was read and may be booked. */
export interface Order {
  readonly key: string;
  readonly payee: string;
  readonly iban: string;
  readonly money: Money;
  readonly reference: string;
  /** How long the payee's bank takes. */
  readonly bankMs: number;
}

const MEMBERS = ["payee", "iban", "amount", "currency", "reference", "idempotency_key"];
const PAYEE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const REFERENCE = /^[\x20-\x7e]{1,140}$/;
const KEY = /^[\x21-\x7e]{1,256}$/;
const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$/;

/**
 * Reads what `pay` was called with. `sentKey` is the key that came beside the arguments; the one among them wins, since it is
 * what the caller will ask for later. @throws `payments/order_malformed`, `payments/amount_malformed`,
 * `payments/key_required`, `payments/payee_unknown`, `payments/account_closed`
 */
export function readOrder(args: JsonObject, sentKey: JsonValue | undefined): Order {
  refuseOthers(args, MEMBERS);
  const key = readKey(args["idempotency_key"] ?? sentKey);
  const payee = text(args, "payee", PAYEE);
  const reference = text(args, "reference", REFERENCE);
  const money = readMoney(args["currency"], args["amount"]);
  const known = findPayee(payee);
  const iban = args["iban"] === undefined ? known?.iban : text(args, "iban", IBAN);
  if (iban === undefined) throw payeeUnknown();
  if (known?.closed === true && iban === known.iban) throw accountClosed();
  return { key, payee, iban, money, reference, bankMs: known?.bankMs ?? 0 };
}

/** The key of a question or a refund. @throws `payments/order_malformed`, `payments/key_required` */
export function readKeyAlone(args: JsonObject): string {
  refuseOthers(args, ["idempotency_key"]);
  return readKey(args["idempotency_key"]);
}

function readKey(value: JsonValue | undefined): string {
  if (typeof value !== "string" || !KEY.test(value)) throw keyRequired();
  return value;
}

function readMoney(currency: JsonValue | undefined, amount: JsonValue | undefined): Money {
  const digits =
    typeof currency === "string" && Object.hasOwn(CURRENCY_DIGITS, currency) ? CURRENCY_DIGITS[currency] : undefined;
  if (typeof currency !== "string" || digits === undefined) {
    throw orderMalformed(`The currency is none of ${Object.keys(CURRENCY_DIGITS).join(", ")}.`);
  }
  const money = typeof amount === "string" ? findMoney(currency, amount) : undefined;
  if (money === undefined || money.minor === 0n) throw amountMalformed(digits);
  return money;
}

function text(args: JsonObject, name: string, pattern: RegExp): string {
  const value = args[name];
  if (typeof value !== "string" || !pattern.test(value)) throw orderMalformed(`"${name}" is not as it must be.`);
  return value;
}

function refuseOthers(args: JsonObject, members: readonly string[]): void {
  const other = Object.keys(args).find((name) => !members.includes(name));
  if (other !== undefined) throw orderMalformed("It has a member that is not known.");
}
