/**
 * Every reason for which the payments server refuses. A refusal moved no money, except that `payments/busy` says nothing
 * about an order that was sent before.
 */
export type PaymentErrorCode =
  | "payments/secret_refused"
  | "payments/key_required"
  | "payments/key_conflict"
  | "payments/order_malformed"
  | "payments/amount_malformed"
  | "payments/payee_unknown"
  | "payments/account_closed"
  | "payments/nothing_to_refund";

interface Refusal {
  readonly code: PaymentErrorCode;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** The server is a program of its own, as a bank's would be: it takes nothing of AURA but the shape of a message. */
export class PaymentError extends Error {
  readonly code: PaymentErrorCode;

  constructor({ code, what, why, fix }: Refusal) {
    super(`${what} ${why} ${fix}`);
    this.name = "PaymentError";
    this.code = code;
  }
}

export function secretRefused(): PaymentError {
  return new PaymentError({
    code: "payments/secret_refused",
    what: "This server does not act for you.",
    why: "Whoever starts it must hold the secret that its ledger was founded with; AURA's broker does.",
    fix: "Ask through AURA.",
  });
}

export function keyRequired(): PaymentError {
  return new PaymentError({
    code: "payments/key_required",
    what: "The order has no idempotency key.",
    why: "Without one, an order that is sent twice would be paid twice.",
    fix: 'Give `idempotency_key`, or "aura/idempotency-key" in `_meta`: 1 to 256 printable characters.',
  });
}

export function keyConflict(): PaymentError {
  return new PaymentError({
    code: "payments/key_conflict",
    what: "The idempotency key belongs to another order.",
    why: "One key is one order: the first one stands as it is.",
    fix: "Use another key for another order.",
  });
}

export function orderMalformed(why: string): PaymentError {
  return new PaymentError({
    code: "payments/order_malformed",
    what: "The order cannot be read.",
    why,
    fix: "Give each member as the tool's schema says, and no other.",
  });
}

export function amountMalformed(digits: number): PaymentError {
  return new PaymentError({
    code: "payments/amount_malformed",
    what: "The amount cannot be read.",
    why: `An amount is a text above zero with a point and exactly ${digits} decimals, or none if there are none.`,
    fix: digits === 0 ? 'Write it like "5000".' : `Write it like "5000.${"0".repeat(digits)}".`,
  });
}

export function payeeUnknown(): PaymentError {
  return new PaymentError({
    code: "payments/payee_unknown",
    what: "No account of this payee is on file.",
    why: "An order without an IBAN goes to the account on file.",
    fix: "Name a payee on file, or give an IBAN.",
  });
}

export function accountClosed(): PaymentError {
  return new PaymentError({
    code: "payments/account_closed",
    what: "The payee's bank does not take the payment.",
    why: "The account on file is closed.",
    fix: "Ask the payee for another account.",
  });
}

export function nothingToRefund(): PaymentError {
  return new PaymentError({
    code: "payments/nothing_to_refund",
    what: "There is no such payment.",
    why: "The ledger holds no payment with this idempotency key.",
    fix: "Name the key of a payment that was made.",
  });
}
