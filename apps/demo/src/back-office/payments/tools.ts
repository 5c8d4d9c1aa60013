import type { JsonObject, JsonValue } from "@aura/trust";
import type { Ledger, LedgerRow } from "./ledger.ts";
import { PaymentError } from "./payment-error.ts";
import { readKeyAlone, readOrder } from "./order.ts";

const TEXT = { type: "string" } as const;
const KEY = { ...TEXT, description: "One key is one payment, however often it is sent." } as const;

/** What `tools/list` answers. */
export const PAYMENT_TOOLS = [
  {
    name: "pay",
    description: "Pays a supplier. The same idempotency key pays once. Without an IBAN, the account on file is paid.",
    inputSchema: {
      type: "object",
      required: ["payee", "amount", "currency", "reference"],
      additionalProperties: false,
      properties: {
        payee: { ...TEXT, description: "The payee's id: nordwind-papier" },
        iban: { ...TEXT, description: "Instead of the account on file" },
        amount: { ...TEXT, description: 'Decimal text with exactly the decimals of its currency: "1266.00"' },
        currency: { ...TEXT, description: "ISO 4217" },
        reference: { ...TEXT, description: "The invoice's number" },
        idempotency_key: KEY,
      },
    },
  },
  {
    name: "refund",
    description: "Takes back the payment with this idempotency key, once however often it is asked.",
    inputSchema: {
      type: "object",
      required: ["idempotency_key"],
      additionalProperties: false,
      properties: { idempotency_key: KEY },
    },
  },
  {
    name: "find_payment",
    description: 'Answers the idempotency key if a payment with it was made, and "no payment" if not.',
    inputSchema: {
      type: "object",
      required: ["idempotency_key"],
      additionalProperties: false,
      properties: { idempotency_key: KEY },
    },
  },
] as const satisfies readonly JsonObject[];

/** The member of `_meta` in which AURA's broker sends the key of a call. */
export const KEY_META = "aura/idempotency-key";

/** No key: a key holds no space. */
const NO_PAYMENT = "no payment";

/** What a call needs of the world. */
export interface Desk {
  readonly ledger: Ledger;
  /** Waits as long as a bank takes. */
  readonly bank: (delayMs: number) => Promise<void>;
}

/** Runs a tool: a result of `tools/call`. A refusal is the tool's error; what is not ours is thrown. `undefined` for no such tool. */
export async function runTool(
  desk: Desk,
  name: string,
  args: JsonObject,
  meta: JsonObject,
): Promise<JsonObject | undefined> {
  try {
    switch (name) {
      case "pay":
        return rowResult(await pay(desk, args, meta[KEY_META]));
      case "refund":
        return rowResult(desk.ledger.refund(readKeyAlone(args)));
      case "find_payment":
        return textResult(desk.ledger.find(readKeyAlone(args))?.key ?? NO_PAYMENT);
      default:
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    return refusal(error.code, error.message);
  }
}

/** A tool's error whose text begins with a code. */
export function refusal(code: string, message: string): JsonObject {
  return { content: [{ type: "text", text: `${code}: ${message}` }], isError: true };
}

async function pay({ ledger, bank }: Desk, args: JsonObject, sentKey: JsonValue | undefined): Promise<LedgerRow> {
  const order = readOrder(args, sentKey);
  await bank(order.bankMs / 2);
  const row = ledger.pay(order);
  await bank(order.bankMs / 2);
  return row;
}

function rowResult(row: LedgerRow): JsonObject {
  const structuredContent = { ...row };
  return { content: [{ type: "text", text: sentenceOf(row) }], structuredContent };
}

/** The row for whoever reads; the row for programs is `structuredContent`. */
function sentenceOf({ id, kind, amount, currency, payee, reference }: LedgerRow): string {
  return `${id}: ${amount} ${currency} ${kind === "payment" ? "to" : "back from"} ${payee} for ${reference}`;
}

function textResult(text: string): JsonObject {
  return { content: [{ type: "text", text }] };
}
