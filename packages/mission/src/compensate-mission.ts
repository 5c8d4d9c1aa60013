import type { Commitment, JsonObject } from "@aura/trust";
import { canonicalJson, commit, invariant, isAuraError, newNonce } from "@aura/trust";
import { findCall } from "./call-end.ts";
import { callRows } from "./call-rows.ts";
import type { Call, CallAnswer, Presented } from "./call.ts";
import { isEnded, leavesUndo } from "./call.ts";
import { gatherEvidence } from "./evidence.ts";
import { compensationRefused, illegalTransition, missionNotFound } from "./mission-error.ts";
import { callStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import { newestUndoKey } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { performCall } from "./perform-call.ts";
import { settleCall } from "./settle-call.ts";
import { callStream, undoneKey } from "./stream-name.ts";
import type { Undo } from "./undo.ts";
import { findUndo } from "./undo.ts";

/** Shows credential, token and a fresh proof of the namespace's compensator for one undo. */
export type PresentUndo = (call: {
  /** The call's stream. */
  readonly call: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly commitment: Commitment;
}) => Promise<Presented>;

/** What keeps a mission from being undone now. */
export interface CompensationWaits {
  readonly kind: "waits";
  /**
   * `tool`, `approval`: ask again at `untilMs`, or when somebody voted. `person`: somebody must resolve the call `key`: its
   * outcome is unknown, or its undo was denied, failed or cannot be built. `held`: a stop says to undo nothing.
   */
  readonly for: "tool" | "approval" | "person" | "held";
  /** The call that is waited for. */
  readonly key: string;
  readonly untilMs?: number;
}

/**
 * Undoes what a mission did that started to compensate: first every call of unknown outcome is settled, then the writes that
 * succeeded are undone in the reverse order of their intents in the log, one at a time, each by an ordinary governed call
 * `undo.<key>` (`undo-<n>.<key>` when a person said to try again) of the compensator: verified, admitted, decided, with intent and outcome. The next one begins when the one
 * before it has succeeded, or a person said that it need not.
 *
 * Everything it knows stands in the log: after a crash, or a wait, it is called again and goes on. It sends an undo again
 * only as the undoing tool's class allows. Answers `done` when nothing is left to undo.
 *
 * Cost: O(calls of the mission) streams read, then what each governed call costs.
 * @throws `mission/not_found`, `mission/illegal_transition` unless it compensates, `mission/compensation_refused` if what
 * `present` showed was not admitted, and as `performCall`
 */
export async function compensateMission(
  world: MissionWorld,
  id: string,
  present: PresentUndo,
): Promise<{ readonly kind: "done" } | CompensationWaits> {
  const evidence = await gatherEvidence(world, id, "compensator");
  if (evidence === undefined) throw missionNotFound(id);
  const { mission } = evidence;
  if (mission.state !== "IN_PROGRESS" || mission.ending === undefined) {
    throw illegalTransition(mission, { type: "compensate" });
  }
  const unsettled = await settleForward(world, id);
  if (unsettled !== undefined) return unsettled;
  for (const original of await toUndo(world, mission)) {
    if (evidence.stop?.compensation === "hold") return { kind: "waits", for: "held", key: original.key };
    const waits = await undo(world, mission, original, present);
    if (waits !== undefined) return waits;
  }
  return { kind: "done" };
}

/** Settles the calls of the mission's agent; those that waited for people were withdrawn when it began. */
async function settleForward(world: MissionWorld, mission: string): Promise<CompensationWaits | undefined> {
  let first: CompensationWaits | undefined;
  for await (const { key, state } of callRows(world, mission)) {
    if (undoneKey(key) !== undefined || isEnded(state as Call["state"])) continue;
    const answer = await settleCall(world, { mission, key });
    if (answer.kind !== "waits" || answer.for === "approval") continue;
    first ??= { kind: "waits", for: answer.for, key, ...(answer.for === "tool" ? { untilMs: answer.untilMs } : {}) };
  }
  return first;
}

/** The calls that are still to be undone, newest intent first: the order of the log, not of the clock. */
export async function toUndo(world: MissionWorld, mission: Mission): Promise<readonly Call[]> {
  const placed: { readonly seq: number; readonly call: Call }[] = [];
  for await (const { key, state } of callRows(world, mission.id)) {
    if (state !== "succeeded" || mission.undoSaid?.[key] !== undefined) continue;
    const { fold: call } = await callStanding(world, mission.id, key);
    if (call === undefined || !leavesUndo(call) || call.intentVersion === undefined) continue;
    const { fold: undoing } = await callStanding(world, mission.id, newestUndoKey(mission, key));
    if (undoing?.state === "succeeded") continue;
    const seq = await world.store.position(world.context, callStream(mission.id, key), call.intentVersion);
    invariant(seq !== undefined, "an intent that is read has a position");
    placed.push({ seq, call });
  }
  return placed.toSorted((left, right) => right.seq - left.seq).map(({ call }) => call);
}

async function undo(
  world: MissionWorld,
  mission: Mission,
  original: Call,
  present: PresentUndo,
): Promise<CompensationWaits | undefined> {
  const key = newestUndoKey(mission, original.key);
  const plan = await planOf(world, mission, original);
  if (plan === undefined) return { kind: "waits", for: "person", key };
  const answer = await perform(world, { mission: mission.id, key }, plan, present);
  switch (answer.kind) {
    case "ended":
      return answer.end.kind === "succeeded" ? undefined : { kind: "waits", for: "person", key };
    case "waits":
      return { kind: "waits", for: answer.for, key, ...(answer.for === "person" ? {} : { untilMs: answer.untilMs }) };
    case "refused":
      if (answer.code === "mission/held") return { kind: "waits", for: "held", key: original.key };
      throw compensationRefused(key, answer.code, answer.message);
    case "lost":
      return { kind: "waits", for: "tool", key, untilMs: world.store.nowMs() };
  }
}

/** What was given or answered may have been erased: then nobody but a person can undo it. */
async function planOf(world: MissionWorld, mission: Mission, original: Call): Promise<Undo | undefined> {
  try {
    return await findUndo(world, mission, original.key);
  } catch (error) {
    if (isAuraError(error, "mission/payload_missing")) return undefined;
    throw error;
  }
}

async function perform(
  world: MissionWorld,
  { mission, key }: { readonly mission: string; readonly key: string },
  { bound: { name: tool }, arguments: args }: Undo,
  present: PresentUndo,
): Promise<CallAnswer> {
  const nonce = (await findCall(world, mission, key))?.nonce ?? newNonce(world.random);
  const commitment = commit(nonce, canonicalJson(args));
  const presented = await present({ call: callStream(mission, key), tool, arguments: args, commitment });
  return performCall(world, { mission, key, tool, arguments: args, nonce, presented, custody: "runtime" });
}
