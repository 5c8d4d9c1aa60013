import type { JsonValue } from "@aura/trust";

/** A scene of the story: without AURA, on the page alone, or a mission. */
export interface Scene {
  readonly n: number;
  readonly title: string;
  readonly play:
    | "without"
    | "page"
    | { readonly agent: string; readonly definition: JsonValue; readonly first: boolean };
  /** Where to look afterwards, and what to try. */
  readonly look: readonly string[];
}

/** The piece of work of scenes 1 and 2: the same words, without AURA and with it. */
export const PAY_THE_WEEK = "Pay the open invoices in invoices/week and report what was paid.";

const TOOLS = ["model", "list_directory", "read_text_file", "write_file", "pay"];

export const SCENES: readonly Scene[] = [
  {
    n: 1,
    title: "Without AURA: an invoice tells the agent to pay a thief",
    play: "without",
    look: ["-> The thief has 4800.00 EUR, and the report does not mention it. Nothing stood between agent and money."],
  },
  {
    n: 2,
    title: "With AURA: the same agent, the same invoice",
    play: mission(PAY_THE_WEEK),
    look: [
      "-> Two rules denied the thief's payment by name, before a byte left. On the page: Now > denied > the mission.",
    ],
  },
  {
    n: 3,
    title: "A payment above the limit waits for a person",
    play: mission("Pay the invoice in invoices/machine and report what was paid."),
    look: [
      "-> Nothing moves until Ines or Tomas signs exactly this payment, on the page or in a shell:",
      "     npx -y pnpm@12.18.0 aura approve <approval>",
      "   The same signature over an amount with one digit changed is refused. Try that first:",
      "     npx -y pnpm@12.18.0 demo:altered-vote <approval>",
    ],
  },
  {
    n: 4,
    title: "The third step fails, and what was done is undone",
    play: mission(
      "Write the remittance advice for the invoices in invoices/closing, pay them, and report what was paid.",
    ),
    look: ["-> The last payment failed for good. What came before was undone, newest first; the ledger shows both."],
  },
  {
    n: 5,
    title: "Killed in the middle of a payment",
    play: {
      ...mission("Pay the invoices in invoices/express and report what was paid."),
      // A person starts it, with a hand on the kill.
      first: false,
    },
    look: ["-> Five payments, five rows, however often it was killed: each is sent again under its own key."],
  },
  { n: 6, title: "The log, verified in your browser", play: "page", look: [] },
];

function mission(objective: string) {
  const definition = { objective, tools: TOOLS, authority: "L1", timeout: "PT1H" };
  return { agent: "payables-clerk", definition, first: true };
}
