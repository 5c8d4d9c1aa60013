/** What each scene of the demo shows, for somebody who sees it for the first time. */
const SHOWS: Readonly<Record<number, string>> = {
  1: "The same agent, wired straight to the payments server. An invoice carries an instruction that nobody gave. The money goes to the thief.",
  2: "The same agent, the same invoice, behind AURA. A rule denies the payment by name, before a byte leaves.",
  3: "A payment above the limit waits for a person, who signs exactly this amount to exactly this payee. One digit changed, and the signature is worth nothing.",
  4: "The third step fails for good. What was done before is undone, in reverse order, and the ledger shows both.",
  5: "Five payments, and a bank that takes its time with each. Run it, and kill the runtime while money is on its way, here or in a shell. It is started again, and the ledger holds each payment once.",
  6: "The log is downloaded and verified here, in this browser. Flip a byte and see what the verification says.",
};

export function sceneShows(n: number): string {
  return SHOWS[n] ?? "";
}
