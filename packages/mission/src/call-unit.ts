import type { Answer, EntryDraft, Head, Payload, Read, Unit } from "@aura/store";
import { chainEntries, headAfter } from "@aura/store";
import type { Actor, Entry } from "@aura/trust";
import { invariant, uuidv7 } from "@aura/trust";
import type { Call } from "./call.ts";
import { foldCall, leavesUndo } from "./call.ts";
import { deliveredDraft } from "./delivery.ts";
import type { Standing } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { givingBack } from "./reservation.ts";
import type { RunLane } from "./run-lane.ts";
import { callStream } from "./stream-name.ts";
import { TIME_BUILDS_MAX, isTimeOff } from "./time-off.ts";

/** The place in a run that a call belongs to. */
export interface RunPlace {
  readonly lane: RunLane;
  readonly operation: number;
}

/** One entry for a call's stream, with what it needs. */
export interface CallWrite {
  readonly mission: string;
  readonly key: string;
  readonly tool: string;
  readonly head: Head;
  readonly draft: EntryDraft;
  readonly payloads: readonly Payload[];
  readonly reads: readonly Read[];
}

export interface CallWritten {
  readonly answer: Answer;
  /** The call after the entry; what it would be if `answer` is not `appended`. */
  readonly standing: Standing<Call>;
}

/** {@link appendOnce} for an entry that says the same at any time: refused for its time alone, it is built again. */
export async function appendToCall(
  world: MissionWorld,
  call: Call | undefined,
  write: CallWrite,
  run: RunPlace | undefined,
): Promise<CallWritten> {
  for (let build = 1; ; build += 1) {
    const written = await appendOnce(world, call, write, run);
    if (build === TIME_BUILDS_MAX || !isTimeOff(written.answer)) return written;
  }
}

/**
 * Writes one entry to a call's stream. A run's fence is held to the commit, so a zombie's intent never stands. One unit. An
 * entry that holds times of its own (until when to send, to wait) is not built again for its time: it is decided again.
 */
export async function appendOnce(
  world: MissionWorld,
  call: Call | undefined,
  write: CallWrite,
  run: RunPlace | undefined,
): Promise<CallWritten> {
  const nowMs = world.store.nowMs();
  const { unit, standing } = unitOf(world, call, write, { id: uuidv7(nowMs, world.random), timeMs: nowMs });
  const held: readonly Read[] = run === undefined ? [] : [{ stream: run.lane.stream, fence: run.lane.fence }];
  const [answer] = await world.store.append(world.context, [{ ...unit, reads: [...write.reads, ...held] }]);
  invariant(answer !== undefined, "a store answers every unit");
  return { answer, standing };
}

/**
 * Writes the entry that ends a call; in a run `run.delivered` lands in the same unit, on the run's lane. Such a unit has no
 * reads by version: an outcome stands whatever moved since, and a refusal needs no freshness.
 */
export async function appendEnd(
  world: MissionWorld,
  call: Call | undefined,
  write: Omit<CallWrite, "reads">,
  run: RunPlace | undefined,
): Promise<CallWritten> {
  if (run === undefined) return appendToCall(world, call, { ...write, reads: [] }, undefined);
  let standing: Standing<Call> | undefined;
  // What the entry makes of the call does not depend on the unit that the lane will give it.
  const { fold: ended } = chain(world, call, write, { id: "", timeMs: 0 });
  const draft = deliveredDraft(ended, run.operation, write.draft.actor);
  const answer = await run.lane.append([draft], (runWrite, id, timeMs) => {
    const built = unitOf(world, call, { ...write, reads: [] }, { id, timeMs });
    ({ standing } = built);
    return { ...built.unit, writes: [...built.unit.writes, runWrite] };
  });
  invariant(standing !== undefined, "a lane builds the unit that it appends");
  return { answer, standing };
}

/** Delivers a call to its run that ended earlier, on its own: a person, `find` or a crash stood between. One unit. */
export function appendDelivery({ fold: call }: Standing<Call>, actor: Actor, run: RunPlace): Promise<Answer> {
  const { mission, key, version } = call;
  return run.lane.append([deliveredDraft(call, run.operation, actor)], (runWrite, unitId) => ({
    id: unitId,
    writes: [runWrite],
    reads: [{ stream: callStream(mission, key), version }],
    payloads: [],
  }));
}

interface UnitPlace {
  readonly id: string;
  readonly timeMs: number;
}

function unitOf(
  world: MissionWorld,
  call: Call | undefined,
  write: CallWrite,
  place: UnitPlace,
): { readonly unit: Unit; readonly standing: Standing<Call> } {
  const { head, payloads, reads } = write;
  const { entries, fold } = chain(world, call, write, place);
  const stream = callStream(write.mission, write.key);
  return {
    unit: { id: place.id, writes: [{ stream, after: head.version, fence: head.fence, entries }], reads, payloads },
    standing: { fold, head: headAfter(head, entries) },
  };
}

/** The entry in its place, and what it makes of the call. */
function chain(
  world: MissionWorld,
  call: Call | undefined,
  { mission, key, head, draft }: Pick<CallWrite, "mission" | "key" | "head" | "draft">,
  { id: unit, timeMs }: UnitPlace,
): { readonly entries: readonly Entry[]; readonly fold: Call } {
  const stream = callStream(mission, key);
  const { namespace } = world.context;
  const drafts = [call === undefined ? draft : givingBack(call, withUndo(call, draft))];
  const entries = chainEntries({ namespace, stream, head, unit, timeMs, drafts });
  const fold = entries.reduce<Call | undefined>(foldCall, call);
  invariant(fold !== undefined, "one entry was written");
  return { entries, fold };
}

/** Whoever tells that a call changed the world, its entry says that this has to be undone: tables count by it. */
function withUndo(call: Call, draft: EntryDraft): EntryDraft {
  if (draft.type !== "call.succeeded" || !leavesUndo(call)) return draft;
  return { ...draft, data: { ...draft.data, undo: true } };
}
