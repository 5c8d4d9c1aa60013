/** The words' door, `@aura/trust/explain`: for people who read what `@aura/trust/verify` found. */
export { explainRefusal } from "./explain-refusal.ts";
export type { LogRefusal } from "./log-refusal.ts";
export type { ReceiptRefusal } from "./receipt-refusal.ts";
