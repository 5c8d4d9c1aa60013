import { type CallEnd, findCall, loadCallEnd } from "@aura/mission";
import type { LogStore, NamespaceContext, Payload } from "@aura/store";
import { type Commitment, type JsonValue, canonicalJson, unreachable } from "@aura/trust";
import type { Ask } from "./ask.ts";
import { historyMalformed } from "./engine-error.ts";
import type { Fact, Outcome } from "./fact.ts";
import type { RecordedFact } from "./run-entry.ts";
import type { RunWorld } from "./run-world.ts";

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
 * Puts the texts into recorded facts: the one decoder, live and in replay, so that a function is given the same bytes by
 * both. Texts that the appended unit brought are at hand; the others are read from the store.
 */
export class FactOpener {
  readonly #world: RunWorld;
  readonly #mission: string;
  readonly #open: OpenPayload;

  constructor(world: RunWorld, mission: string) {
    this.#world = world;
    this.#mission = mission;
    this.#open = payloadsOf(world.store, world.context);
  }

  /** @throws `engine/history_malformed` */
  async open(recorded: RecordedFact, atHand: readonly Payload[] = []): Promise<Fact> {
    const { operation, timeMs, kind, name } = recorded;
    const open: OpenPayload = async (commitment) =>
      atHand.find((payload) => payload.commitment === commitment) ?? this.#open(commitment);
    const ask: Ask = { kind, name, detail: await this.#detail(recorded, open) };
    return { operation, ask, timeMs, outcome: await this.#outcome(recorded, open) };
  }

  async #detail({ kind, durationMs, payloads, call }: RecordedFact, open: OpenPayload): Promise<string | null> {
    if (kind === "step") return "";
    if (kind === "sleep") return String(durationMs);
    const commitment = payloads["arguments"] ?? (await this.#argumentsOf(call));
    const payload = await open(commitment);
    return payload === "erased" ? null : payload.text;
  }

  async #outcome(recorded: RecordedFact, open: OpenPayload): Promise<Outcome> {
    const { kind, end, code, rules, payloads, operation } = recorded;
    if (end === "woke") return { kind: "woke" };
    const commitment = payloads[end === "succeeded" ? "result" : "message"];
    if (commitment === undefined && kind === "call") return outcomeOf(await this.#endOf(recorded.call));
    if (commitment === undefined && end === "succeeded") return { kind: "returned", text: null };
    if (commitment === undefined) throw historyMalformed(`Operation ${operation} ended ${end} without a message.`);
    const payload = await open(commitment);
    if (payload === "erased") return { kind: "erased" };
    if (end === "succeeded") return { kind: "returned", text: payload.text };
    return { kind: end, failure: { because: code, message: messageIn(payload.text), rules } };
  }

  async #argumentsOf(call: string | null): Promise<Commitment> {
    const found = call === null ? undefined : await findCall(this.#world, this.#mission, call);
    if (found === undefined) throw historyMalformed(`The run was given a call ${call} that does not exist.`);
    return found.call.arguments;
  }

  async #endOf(call: string | null): Promise<CallEnd> {
    const end = call === null ? undefined : await loadCallEnd(this.#world, this.#mission, call);
    if (end === undefined) throw historyMalformed(`The run was given a call ${call} that has not ended.`);
    return end;
  }
}

/** What a call's own stream says of its end. */
function outcomeOf(end: CallEnd): Outcome {
  switch (end.kind) {
    case "succeeded":
      return { kind: "returned", text: canonicalJson(end.result) };
    case "failed":
      return { kind: "failed", failure: { because: end.code, message: end.message } };
    case "denied":
      return { kind: "denied", failure: { because: end.code, message: end.message, rules: end.rules } };
    default:
      return unreachable(end);
  }
}

function messageIn(text: string): string {
  const message = JSON.parse(text) as JsonValue;
  if (typeof message !== "string") throw historyMalformed("The message of a failure is not a text.");
  return message;
}
