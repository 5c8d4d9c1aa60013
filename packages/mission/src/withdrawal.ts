import type { EntryDraft, Head, Payload, StreamName } from "@aura/store";
import { RUNTIME } from "./advance.ts";
import { CALL_CODES } from "./call-code.ts";
import { callRows } from "./call-rows.ts";
import { callStanding } from "./mission-log.ts";
import { parkedCallsCounter } from "./mission-projection.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { callStream } from "./stream-name.ts";

/** One entry that takes a call back that waits for people, for the unit of whatever ends it. */
export interface Withdrawal {
  readonly stream: StreamName;
  readonly head: Head;
  readonly draft: EntryDraft;
  readonly message: Payload;
}

/**
 * Takes back every call of a mission that waits for people. A vote that lands meanwhile moved its call: the unit is stale, and is
 * built again; one that comes after the unit finds nobody waiting. A call that is parked meanwhile is refused by the ceiling of
 * the unit's own entry (`mission/calls_parked`). One counter, and nothing more if none waits.
 */
export async function withdrawals(world: MissionWorld, id: string): Promise<readonly Withdrawal[]> {
  if ((await world.store.counter(world.context, parkedCallsCounter(id))) === 0) return [];
  const withdrawn: Withdrawal[] = [];
  const code = "call/withdrawn";
  for await (const { key, state } of callRows(world, id)) {
    if (state !== "parked") continue;
    const { fold: call, head } = await callStanding(world, id, key);
    if (call?.state !== "parked") continue; // it moved since the row was read
    const message = sealPayload(world, CALL_CODES[code]);
    withdrawn.push({
      stream: callStream(id, key),
      head,
      draft: { type: "call.withdrawn", actor: RUNTIME, data: { code }, payloads: { message: message.commitment } },
      message,
    });
  }
  return withdrawn;
}
