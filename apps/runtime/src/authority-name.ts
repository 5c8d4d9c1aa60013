import type { Identity } from "./data-folder.ts";

/** Who issues credentials and tokens in a namespace: an https URI under the organisation's domain. */
export function issuerUri({ origin }: Identity): string {
  return `https://${origin}`;
}

/** Who tokens and proofs are made for: the runtime of this namespace. */
export function audienceOf({ origin }: Identity): string {
  return `https://${origin}/runtime`;
}

/** SPIFFE id of an agent's instance. */
export function agentSubject(
  { org, namespace }: Identity,
  { agent, id }: { readonly agent: string; readonly id: string },
): string {
  return `spiffe://${org}/ns/${namespace}/agent/${agent}/i/${id}`;
}
