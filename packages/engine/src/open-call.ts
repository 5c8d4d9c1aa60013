import { findCall } from "@aura/mission";
import type { Ask } from "./ask.ts";
import { historyMalformed } from "./engine-error.ts";
import { payloadsOf } from "./open-fact.ts";
import { callKey, callStreamsOf } from "./run-stream.ts";
import type { RunWorld } from "./run-world.ts";

/** A call that has a stream of its own and was not delivered to the run: it may have been sent. */
export interface OpenCall {
  readonly operation: number;
  /** What was asked for when it was opened. */
  readonly ask: Ask;
  /** Behind the commitment to its arguments: a fresh proof binds the same one. */
  readonly nonce: string;
}

/** Calls of a run that its history does not answer. O(calls of the run); one read for each open one. */
export async function openCallsOf(
  world: RunWorld,
  of: { readonly mission: string; readonly run: number; readonly answered: ReadonlySet<number> },
): Promise<readonly OpenCall[]> {
  const prefix = callStreamsOf(of.mission, of.run);
  const streams = await world.store.streams(world.context, prefix);
  const operations = streams.map(({ stream }) => Number(stream.slice(prefix.length)));
  const open: OpenCall[] = [];
  for (const operation of operations.filter((number) => !of.answered.has(number)).toSorted((a, b) => a - b)) {
    open.push(await openCall(world, of, operation));
  }
  return open;
}

async function openCall(
  world: RunWorld,
  { mission, run }: { readonly mission: string; readonly run: number },
  operation: number,
): Promise<OpenCall> {
  const found = await findCall(world, mission, callKey(run, operation));
  if (found === undefined) throw historyMalformed(`The call of operation ${operation} has a stream and no entry.`);
  const args = await payloadsOf(world.store, world.context)(found.call.arguments);
  const ask = { kind: "call", name: found.call.tool, detail: args === "erased" ? null : args.text } as const;
  return { operation, ask, nonce: found.nonce };
}
