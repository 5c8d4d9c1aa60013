import { type CallAnswer, type CallCode, type CallRequest, callStream, performCall } from "@aura/mission";
import type { Payload } from "@aura/store";
import { type JsonObject, commit, newNonce, unreachable } from "@aura/trust";
import type { Operation } from "./ask.ts";
import { payloadOf } from "./payload-draft.ts";
import { refusedCallDraft } from "./run-entry.ts";
import { callKey } from "./run-stream.ts";
import type { RunSession } from "./run-world.ts";

/** A pending operation that people must move on. */
export interface Waiting {
  readonly for: "approval" | "person";
  readonly untilMs: number;
}

/** Between two presentations of one call, at least. */
export const PRESENT_AGAIN_MS_MIN = 50;
/** Presentations in a row that may be out of date when they are looked at: their maker's clock is wrong after that. */
export const PRESENTATIONS_EXPIRED_MAX = 3;
/** An open call whose presentation was refused is presented again after this. */
export const REFUSED_AGAIN_MS = 60_000;

/**
 * Walks one call along mission's path until it has ended and its delivery stands on the run, presenting it again with a
 * fresh proof when its tool or people can tell more, or when its mission was nudged. Says through `onWaiting` when that is people.
 */
export async function performGovernedCall(
  session: RunSession,
  operation: Operation,
  options: {
    /** The nonce behind the arguments of a call that an earlier executor left open. */
    readonly openNonce: string | undefined;
    /** Goes around each presentation, from its intent to its outcome. */
    readonly performing: (perform: () => Promise<CallAnswer>) => Promise<CallAnswer>;
    /** Told when the call begins to wait for people, and (`undefined`) when it is presented again. */
    readonly onWaiting: (waiting: Waiting | undefined) => void;
  },
): Promise<void> {
  const { world, lane, wakeAt, nudges } = session;
  const call = callOf(session, operation, options.openNonce);
  for (let open = options.openNonce !== undefined; lane.held(); open = true) {
    const seen = nudges.count;
    const answer = await whileFresh(async () => {
      const request = await present(session, call);
      return options.performing(() => performCall(world, request, lane, operation.number));
    });
    const waits = await waitsFor(session, operation, call, { answer, open });
    if (waits === undefined) return;
    if (waits.for !== "tool") options.onWaiting({ for: waits.for, untilMs: waits.untilMs });
    const againMs = Math.max(waits.untilMs, world.store.nowMs() + PRESENT_AGAIN_MS_MIN);
    await wakeAt(againMs, (wake) => nudges.after(seen, wake));
    if (waits.for !== "tool") options.onWaiting(undefined);
  }
}

/** A machine may sleep between proof and verification: what expired on the way left no trace and is made again. */
async function whileFresh(perform: () => Promise<CallAnswer>): Promise<CallAnswer> {
  for (let presentation = 1; ; presentation += 1) {
    const answer = await perform();
    const expired = answer.kind === "refused" && EXPIRED.has(answer.code);
    if (!expired || presentation === PRESENTATIONS_EXPIRED_MAX) return answer;
  }
}

const EXPIRED: ReadonlySet<string> = new Set([
  "trust/credential_expired",
  "trust/token_expired",
  "trust/proof_expired",
] satisfies CallCode[]);

interface OpenCall {
  readonly request: Pick<CallRequest, "mission" | "key" | "tool" | "arguments" | "nonce">;
  /** The canonical arguments, committed to under the nonce. */
  readonly payload: Payload;
}

function callOf(
  { world, mission, number }: RunSession,
  { number: operation, ask }: Operation,
  openNonce?: string,
): OpenCall {
  const nonce = openNonce ?? newNonce(world.random);
  const text = ask.detail ?? "{}";
  const args = JSON.parse(text) as JsonObject;
  return {
    request: { mission, key: callKey(number, operation), tool: ask.name, arguments: args, nonce },
    payload: { commitment: commit(nonce, text), nonce, text },
  };
}

async function present({ presenter }: RunSession, { request, payload }: OpenCall): Promise<CallRequest> {
  const { mission, key, tool } = request;
  const presented = await presenter.present({
    call: callStream(mission, key),
    tool,
    arguments: request.arguments,
    commitment: payload.commitment,
  });
  return { ...request, presented, custody: presenter.actor.custody };
}

/** What must happen before the call can be presented again; `undefined` when there is nothing left to do for it. */
async function waitsFor(
  session: RunSession,
  operation: Operation,
  call: OpenCall,
  { answer, open }: { readonly answer: CallAnswer; readonly open: boolean },
): Promise<Extract<CallAnswer, { kind: "waits" }> | undefined> {
  switch (answer.kind) {
    case "ended":
      return undefined; // its delivery is on the lane already
    case "waits":
      return answer;
    case "refused":
      // What an open call did in the world is not known here: somebody must see why it cannot be presented any more.
      if (open) return { kind: "waits", for: "person", untilMs: session.world.store.nowMs() + REFUSED_AGAIN_MS };
      await recordRefusal(session, operation, call, answer);
      return undefined;
    case "lost":
      session.lane.close();
      return undefined;
    default:
      return unreachable(answer);
  }
}

/** A refused call has no stream of its own, so the run records what its function is told. */
async function recordRefusal(
  { world, lane, actor }: RunSession,
  { number: operation }: Operation,
  { request, payload }: OpenCall,
  { code, message }: { readonly code: string; readonly message: string },
): Promise<void> {
  const why = payloadOf(world.random, JSON.stringify(message.toWellFormed()));
  const payloads = { arguments: payload.commitment, message: why.commitment };
  const draft = refusedCallDraft(actor, { operation, name: request.tool, call: request.key, code, payloads });
  await lane.append([draft], (write, id) => ({ id, writes: [write], reads: [], payloads: [payload, why] }));
}
