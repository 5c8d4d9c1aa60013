import { InvariantViolation, hashText, invariant } from "@aura/trust";
import type { Call, CallEnd } from "./call.ts";
import { isEnded } from "./call.ts";
import { callStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openPayload, openText } from "./payload.ts";

/** How a call ended, read back from the log: what its caller saw. @throws `mission/payload_missing` if it was erased */
export async function endOf(world: MissionWorld, call: Call): Promise<CallEnd> {
  switch (call.state) {
    case "succeeded": {
      invariant(call.result !== undefined, "a call that succeeded has a result");
      const { text } = await openPayload(world, call.result, "result");
      return { kind: "succeeded", result: JSON.parse(text), resultDigest: hashText(text) };
    }
    case "failed":
    case "unresolved": {
      invariant(call.code !== undefined && call.message !== undefined, "a call that failed says why");
      return { kind: "failed", code: call.code, message: await openText(world, call.message, "message") };
    }
    case "denied":
    case "withdrawn": {
      invariant(call.code !== undefined && call.message !== undefined, "a call that was denied says why");
      const message = await openText(world, call.message, "message");
      return { kind: "denied", code: call.code, message, rules: call.rules ?? [] };
    }
    case "parked":
    case "sent":
    case "retrying":
    case "unknown":
      throw new InvariantViolation(`a call that is ${call.state} has not ended`);
  }
}

/** How a call ended; `undefined` while it is open or was never made. @throws `mission/payload_missing` */
export async function loadCallEnd(world: MissionWorld, mission: string, key: string): Promise<CallEnd | undefined> {
  const { fold: call } = await callStanding(world, mission, key);
  return call !== undefined && isEnded(call.state) ? endOf(world, call) : undefined;
}

/** A call and the nonce that a fresh proof needs; `undefined` if the key was never used. @throws `mission/payload_missing` */
export async function findCall(
  world: MissionWorld,
  mission: string,
  key: string,
): Promise<{ readonly call: Call; readonly nonce: string } | undefined> {
  const { fold: call } = await callStanding(world, mission, key);
  if (call === undefined) return undefined;
  const { nonce } = await openPayload(world, call.arguments, "arguments");
  return { call, nonce };
}
