import type { CallSummary } from "./runtime-api.ts";

/** Why a call was denied, in one sentence each, the deciding reason first. Empty if it was not denied. */
export function whyDenied(call: CallSummary): readonly { readonly rule: string | null; readonly reason: string }[] {
  if (call.state !== "denied" && call.decision?.kind !== "DENY") return [];
  const deciding = call.decision?.kind === "DENY" ? call.decision.rules : [];
  const rules = deciding.map(({ id, reason }) => ({ rule: id, reason }));
  if (rules.length > 0) return rules;
  const said = call.end?.message ?? "";
  if (said !== "") return [{ rule: null, reason: said }];
  return [{ rule: null, reason: "No rule permits it, and what no rule permits is denied." }];
}
