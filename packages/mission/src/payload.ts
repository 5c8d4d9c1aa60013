import type { Payload } from "@aura/store";
import type { Commitment, JsonValue } from "@aura/trust";
import { canonicalJson, commit, newNonce } from "@aura/trust";
import { payloadMissing } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";

/** A text to be kept outside the log, under a fresh nonce. @throws `trust/not_json` */
export function sealPayload(world: Pick<MissionWorld, "random">, value: JsonValue): Payload {
  return sealText(newNonce(world.random), canonicalJson(value));
}

export function sealText(nonce: string, text: string): Payload {
  return { commitment: commit(nonce, text), nonce, text };
}

/**
 * The payload behind a commitment, opened: its text is the one that was committed to.
 * @throws `mission/payload_missing` if it was erased, never stored, or is not what was committed to
 */
export async function openPayload(world: MissionWorld, commitment: Commitment, name: string): Promise<Payload> {
  const payload = await world.store.payload(world.context, commitment);
  if (payload === undefined) throw payloadMissing(name, "absent");
  if (payload === "erased") throw payloadMissing(name, "erased");
  if (commit(payload.nonce, payload.text) !== commitment) throw payloadMissing(name, "altered");
  return payload;
}

/** A payload that holds a text: a message, a reason. @throws `mission/payload_missing` */
export async function openText(world: MissionWorld, commitment: Commitment, name: string): Promise<string> {
  const value = await openValue(world, commitment, name);
  if (typeof value !== "string") throw payloadMissing(name, "altered");
  return value;
}

/** The value that a payload's canonical text stands for. @throws `mission/payload_missing` */
export async function openValue(world: MissionWorld, commitment: Commitment, name: string): Promise<JsonValue> {
  return JSON.parse((await openPayload(world, commitment, name)).text);
}
