import type { LogStore, NamespaceContext, Payload } from "@aura/store";
import type { Commitment, JsonValue } from "@aura/trust";
import { historyMalformed } from "./engine-error.ts";
import type { Fact, Outcome } from "./fact.ts";
import type { RecordedFact } from "./run-entry.ts";

/** The text behind a commitment; `"erased"` if it was destroyed. */
export type OpenPayload = (commitment: Commitment) => Promise<{ readonly text: string } | "erased">;

/** Opens payloads of the store. @throws `engine/history_malformed` for a commitment that nothing was stored for */
export function payloadsOf(store: LogStore, context: NamespaceContext): OpenPayload {
  return async (commitment) => {
    const payload = await store.payload(context, commitment);
    if (payload === undefined) throw historyMalformed(`The payload ${commitment} is not in the store.`);
    return payload;
  };
}

/**
 * Puts the texts into a recorded fact: the one decoder, live and in replay, so that a function is given the same bytes by
 * both. Everything stands in the run's own entry or behind its commitments: no stream of a call is read.
 * @param atHand texts that the appended unit brought; the others are read from the store
 * @throws `engine/history_malformed`
 */
export async function openFact(
  recorded: RecordedFact,
  openStored: OpenPayload,
  atHand: readonly Payload[] = [],
): Promise<Fact> {
  const { operation, timeMs, kind, name } = recorded;
  const open: OpenPayload = async (commitment) =>
    atHand.find((payload) => payload.commitment === commitment) ?? openStored(commitment);
  const ask = { kind, name, detail: await detailOf(recorded, open) };
  return { operation, ask, timeMs, outcome: await outcomeOf(recorded, open) };
}

async function detailOf(
  { kind, operation, durationMs, payloads }: RecordedFact,
  open: OpenPayload,
): Promise<string | null> {
  if (kind === "step") return "";
  if (kind === "sleep") return String(durationMs);
  const commitment = payloads["arguments"];
  if (commitment === undefined) throw historyMalformed(`The call of operation ${operation} names no arguments.`);
  const payload = await open(commitment);
  return payload === "erased" ? null : payload.text;
}

async function outcomeOf(
  { kind, end, code, rules, payloads, operation }: RecordedFact,
  open: OpenPayload,
): Promise<Outcome> {
  if (end === "woke") return { kind: "woke" };
  const name = end === "succeeded" ? "result" : "message";
  const commitment = payloads[name];
  if (commitment === undefined) {
    if (kind === "step" && end === "succeeded") return { kind: "returned", text: null };
    throw historyMalformed(`Operation ${operation} ended ${end} without a ${name}.`);
  }
  const payload = await open(commitment);
  if (payload === "erased") return { kind: "erased" };
  if (end === "succeeded") return { kind: "returned", text: payload.text };
  return { kind: end, failure: { because: code, message: messageIn(payload.text), rules } };
}

function messageIn(text: string): string {
  const message = JSON.parse(text) as JsonValue;
  if (typeof message !== "string") throw historyMalformed("The message of a failure is not a text.");
  return message;
}
