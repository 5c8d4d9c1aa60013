import type { Answer, EntryDraft, Head, Payload, Read, Unit } from "@aura/store";
import { chainEntries, headAfter } from "@aura/store";
import type { JsonObject } from "@aura/trust";
import { invariant, uuidv7 } from "@aura/trust";
import type { Call } from "./call.ts";
import { foldCall } from "./call.ts";
import type { Standing } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import type { RunLane } from "./run-lane.ts";
import { callStream } from "./stream-name.ts";

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

/** Writes one entry to a call's stream. A run's fence is held to the commit, so a zombie's intent never stands. One unit. */
export async function appendToCall(
  world: MissionWorld,
  call: Call | undefined,
  write: CallWrite,
  run: RunPlace | undefined,
): Promise<CallWritten> {
  const nowMs = world.store.nowMs();
  const { unit, standing } = build(world, call, write, uuidv7(nowMs, world.random), nowMs);
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
  const end = write.draft.type.slice("call.".length);
  const answer = await run.lane.append(
    [delivered(write, run, { tool: write.tool, end })],
    (runWrite, unitId, timeMs) => {
      const built = build(world, call, { ...write, reads: [] }, unitId, timeMs);
      ({ standing } = built);
      return { ...built.unit, writes: [...built.unit.writes, runWrite] };
    },
  );
  invariant(standing !== undefined, "a lane builds the unit that it appends");
  return { answer, standing };
}

/** Delivers a call to its run that ended earlier, on its own: a person, `find` or a crash stood between. One unit. */
export function appendDelivery(call: Standing<Call>, actorOf: EntryDraft["actor"], run: RunPlace): Promise<Answer> {
  const { mission, key, tool, state, version } = call.fold;
  const draft = delivered({ mission, key, draft: { actor: actorOf } }, run, { tool, end: state });
  return run.lane.append([draft], (runWrite, unitId) => ({
    id: unitId,
    writes: [runWrite],
    reads: [{ stream: callStream(mission, key), version }],
    payloads: [],
  }));
}

function delivered(
  write: { readonly mission: string; readonly key: string; readonly draft: Pick<EntryDraft, "actor"> },
  run: RunPlace,
  members: { readonly tool: string; readonly end: string },
): EntryDraft {
  const data: JsonObject = {
    operation: run.operation,
    kind: "call",
    name: members.tool,
    call: write.key,
    end: members.end,
  };
  return { type: "run.delivered", actor: write.draft.actor, data };
}

function build(
  world: MissionWorld,
  call: Call | undefined,
  write: CallWrite,
  unit: string,
  timeMs: number,
): { readonly unit: Unit; readonly standing: Standing<Call> } {
  const { head, draft, payloads, reads } = write;
  const stream = callStream(write.mission, write.key);
  const { namespace } = world.context;
  const entries = chainEntries({ namespace, stream, head, unit, timeMs, drafts: [draft] });
  const fold = entries.reduce<Call | undefined>(foldCall, call);
  invariant(fold !== undefined, "one entry was written");
  return {
    unit: { id: unit, writes: [{ stream, after: head.version, fence: head.fence, entries }], reads, payloads },
    standing: { fold, head: headAfter(head, entries) },
  };
}
