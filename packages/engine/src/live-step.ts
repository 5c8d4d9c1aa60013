import type { Commitment } from "@aura/trust";
import { agentSilent } from "./agent-lost.ts";
import type { Operation } from "./ask.ts";
import type { BeatRecord } from "./beat-record.ts";
import type { GuestRun } from "./guest-run.ts";
import { watchBeats } from "./heartbeat.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { payloadsOf } from "./open-fact.ts";
import { payloadOf } from "./payload-draft.ts";
import { stepDraft } from "./run-entry.ts";
import type { RunSession } from "./run-world.ts";

/** What is watched while a step's code runs. */
export interface StepWatch {
  /** Kept of an earlier attempt. */
  readonly details: Commitment | undefined;
  readonly record: BeatRecord;
  /** Told of each beat, once the step runs. */
  readonly onBeat: (beat: () => void) => void;
}

/** Runs a step's local code where it lives and records what came of it, whatever that is: one entry. */
export async function runStep(
  session: RunSession,
  run: GuestRun,
  { number: operation, ask, heartbeatMs }: Operation,
  watch: StepWatch,
): Promise<void> {
  const { lane, actor, world, mission, number } = session;
  const { namespace } = world.context;
  const key = idempotencyKey({ namespace, mission, run: number, operation });
  const details = watch.details === undefined ? null : await textOf(session, watch.details);
  const heart = heartbeatMs === undefined ? undefined : watchStep(session, run, { operation, heartbeatMs });
  watch.onBeat(() => heart?.beat());
  const done = await run.perform({ operation, key, details }).finally(() => heart?.stop());
  watch.record.stop();
  if (done === undefined) return;
  const { end, code, text } = done;
  const payload = text === null ? undefined : payloadOf(world.random, text);
  const payloads = payload === undefined ? {} : { [end === "succeeded" ? "result" : "message"]: payload.commitment };
  await lane.append([stepDraft(actor, { operation, name: ask.name, end, code, payloads })], (write, id) => ({
    id,
    writes: [write],
    reads: [],
    payloads: payload === undefined ? [] : [payload],
  }));
}

function watchStep(
  { world, timers }: RunSession,
  run: GuestRun,
  { operation, heartbeatMs: allowedMs }: { readonly operation: number; readonly heartbeatMs: number },
) {
  const missed = (lastMs: number): void => run.giveUp(agentSilent({ operation, lastMs, allowedMs }));
  return watchBeats({ timers, nowMs: () => world.store.nowMs(), allowedMs, missed });
}

async function textOf({ world }: RunSession, details: Commitment): Promise<string | null> {
  const payload = await payloadsOf(world.store, world.context)(details);
  return payload === "erased" ? null : payload.text;
}
