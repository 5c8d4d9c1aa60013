import type { JsonValue } from "@aura/trust";

/** A scene of the story that is a mission. */
export interface Scene {
  readonly n: number;
  readonly title: string;
  readonly agent: string;
  readonly definition: JsonValue;
}

/** The piece of work of scenes 1 and 2: the same words, without AURA and with it. */
export const PAY_THE_WEEK = "Pay the open invoices in invoices/week and report what was paid.";

const TOOLS = ["model", "list_directory", "read_text_file", "write_file", "pay"];

/** Scenes 2 to 5, by number. Scene 1 runs without AURA, scene 6 is the page's own. */
export const SCENES: readonly Scene[] = [
  scene(
    2,
    "With AURA: an invoice tells the agent to pay a thief",
    "Pay the open invoices in invoices/week and report what was paid.",
  ),
  scene(
    3,
    "A payment above the limit waits for a person",
    "Pay the invoice in invoices/machine and report what was paid.",
  ),
  scene(
    4,
    "The third step fails, and what was done is undone",
    "Write the remittance advice for the invoices in invoices/closing, pay them, and report what was paid.",
  ),
  scene(5, "Killed in the middle of a payment", "Pay the invoice in invoices/express and report what was paid."),
];

function scene(n: number, title: string, objective: string): Scene {
  return {
    n,
    title,
    agent: "payables-clerk",
    definition: { objective, tools: TOOLS, authority: "L1", timeout: "PT1H" },
  };
}
