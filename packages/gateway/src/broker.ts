import type { Broker, Sending, Sent } from "@aura/mission";
import type { Clock } from "@aura/trust";
import { isAuraError } from "@aura/trust";
import type { Registry } from "./catalogue.ts";
import { findEffect } from "./find-effect.ts";
import type { Timers } from "./timers.ts";
import { within } from "./timers.ts";
import { sentFrom } from "./tool-result.ts";
import type { Offer, Upstream } from "./upstream.ts";

/** A server whose tools change each time we are about to send is given up after this many looks. */
const LOOKS_MAX = 3;

export interface BrokerParts {
  readonly registry: Registry;
  /** The store's clock: `sendByMs` is its time. */
  readonly clock: Clock;
  readonly timers: Timers;
}

/**
 * The sole way out. The last thing before the bytes leave are three looks: `stillHeld` says yes, the definition that the
 * upstream gives now has the digest that was decided upon, and the clock has not passed `sendByMs`. Between the last look
 * and the bytes nothing is awaited, and bytes that the upstream does not take are lost with their connection, so none
 * leaves late. Sends at most once.
 *
 * A sender that is stopped meanwhile (`signal`) is not waited with: before the bytes left it is `gateway/not_held`, after that its
 * call is given up, `unknown`.
 *
 * Codes of `not_sent`: `gateway/tool_not_offered`, `gateway/tool_changed`, `gateway/upstream_unavailable`,
 * `gateway/not_held`, `gateway/too_late`. Codes of `failed`: `gateway/tool_failed` (the tool's own error),
 * `gateway/call_refused` (an error of JSON-RPC). No answer within the tool's `attemptTimeoutMs`, a connection that ends
 * before the answer, and an answer that is not MCP are `unknown`.
 * @throws what `stillHeld` throws; nothing was sent then
 */
export function createBroker(parts: BrokerParts): Broker {
  return {
    send: (sending) => send(parts, sending),
    find: (sending) => findEffect(parts.registry, sending),
  };
}

async function send(parts: BrokerParts, sending: Sending): Promise<Sent> {
  const entry = parts.registry.find(sending.tool.name);
  if (entry === undefined) return notOffered(sending);
  for (let looks = 0; looks < LOOKS_MAX;) {
    const offer = await offerInTime(parts, entry.upstream, sending);
    if ("kind" in offer) return offer;
    if (offer.isCongested()) {
      await within(parts.timers, sending.sendByMs - parts.clock.nowMs(), offer.drained(), sending.signal);
      if (sending.signal.aborted) return notHeld();
      if (parts.clock.nowMs() > sending.sendByMs) return tooLate();
      continue;
    }
    const tool = parts.registry.pinned(entry.registration, offer);
    if (tool === undefined) return notOffered(sending);
    if (tool.digest !== sending.tool.digest) return changed();
    if (!(await sending.stillHeld()) || sending.signal.aborted) return notHeld();
    if (parts.clock.nowMs() > sending.sendByMs) return tooLate();
    if (offer.isCurrent() && !offer.isCongested()) return sentFrom(await offer.call(callOf(sending)));
    if (!offer.isCurrent()) looks += 1;
  }
  return changed();
}

async function offerInTime(
  { clock, timers }: BrokerParts,
  upstream: Upstream,
  { sendByMs, signal }: Sending,
): Promise<Offer | Sent> {
  if (signal.aborted) return notHeld();
  try {
    const offer = await within(timers, sendByMs - clock.nowMs(), upstream.offer(), signal);
    return offer ?? (signal.aborted ? notHeld() : tooLate());
  } catch (error) {
    if (!isAuraError(error, "gateway/upstream_unavailable")) throw error;
    return notSent(error.code, `${error.what} ${error.why}`);
  }
}

function callOf({ tool, arguments: args, idempotencyKey, signal }: Sending): Parameters<Offer["call"]>[0] {
  return { tool: tool.name, arguments: args, idempotencyKey, timeoutMs: tool.attemptTimeoutMs, signal };
}

function notSent(code: string, message: string): Sent {
  return { kind: "not_sent", code, message };
}

function notHeld(): Sent {
  return notSent("gateway/not_held", "The sender lost its lease, was stopped, or the mission is no longer running.");
}

function notOffered({ tool }: Sending): Sent {
  return notSent(
    "gateway/tool_not_offered",
    `The tool "${tool.name}" is not registered, or its upstream does not have it now.`,
  );
}

function changed(): Sent {
  return notSent("gateway/tool_changed", "The tool's definition is not the one that the call was decided upon.");
}

function tooLate(): Sent {
  return notSent("gateway/too_late", "The time in which the call might leave was over.");
}
