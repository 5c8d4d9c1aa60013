/** The door `@aura/trust/verify-votes`: what `judgeReceipt` of `@aura/trust/verify` is given to judge votes too. */
export { judgeVotes } from "./receipt-votes.ts";
