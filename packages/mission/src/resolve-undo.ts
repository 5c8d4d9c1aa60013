import { unreachable } from "@aura/trust";
import type { EntryDraft, Payload } from "@aura/store";
import { appendAtHead } from "./append-at-head.ts";
import type { Call, CallState } from "./call.ts";
import { isEnded, leavesUndo } from "./call.ts";
import { gatherEvidence, halt } from "./evidence.ts";
import { callNotFound, callNotUnknown, missionNotFound, notRetryable } from "./mission-error.ts";
import { callStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import { newestUndoKey } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import type { Resolution, UndoResolution } from "./resolve-call.ts";
import { UNDO_TRIES_MAX, callStream, missionStream } from "./stream-name.ts";

/**
 * Records what a person says about an undo that AURA does not make: denied, failed, held, or never built. `succeeded`: it was
 * undone by hand. `failed`, `unresolved`: what the call did stays. Either way it is never undone by AURA afterwards. `retry`: it
 * is made once more, decided anew under a key of its own, when the mission is next brought on (under `hold` not before a stop with
 * `run`), with the whole time that an undo has; only where the newest try certainly did not happen. Answers the call that this is
 * about. One unit.
 * @throws `mission/not_found`, `mission/call_not_found` (there is nothing to undo), `mission/call_not_unknown` (its undo
 * succeeded, is on its way, or a person spoke already), `mission/not_retryable`, `mission/append_refused`, `trust/not_json`
 */
export async function resolveUndo(
  world: MissionWorld,
  order: {
    readonly mission: string;
    /** The call that is undone. */
    readonly key: string;
    /** The undo that the person speaks of. */
    readonly asked: string;
    readonly person: string;
    readonly as: UndoResolution;
  },
): Promise<Call> {
  const { mission: id, key, person, as } = order;
  const words = as.kind === "retry" ? undefined : said(world, as);
  let original: Call | undefined;
  await appendAtHead(world, missionStream(id), async () => {
    const evidence = await gatherEvidence(world, id);
    if (evidence === undefined) throw missionNotFound(id);
    const { mission } = evidence;
    ({ fold: original } = await callStanding(world, id, key));
    const newest = newestUndoKey(mission, key);
    const ended = mission.state !== "IN_PROGRESS" || halt(evidence) === undefined;
    if (ended || original?.state !== "succeeded" || !leavesUndo(original)) throw callNotFound(id, newest);
    const { fold: undoing, head } = await callStanding(world, id, newest);
    const isOpen = undoing !== undefined && (!isEnded(undoing.state) || undoing.state === "succeeded");
    if (isOpen || mission.undoSaid?.[key] !== undefined || order.asked !== newest) {
      throw callNotUnknown(id, order.asked, undoing?.state ?? "resolved");
    }
    const draft = words === undefined ? retried(mission, key, undoing?.state) : resolved(key, words);
    return {
      draft: { ...draft, actor: { id: person, custody: "person" } },
      payloads: words?.payload === undefined ? [] : [words.payload],
      // An undo that begins meanwhile reads the mission, and this reads the undo: one of the two is decided again.
      reads: [{ stream: callStream(id, newest), version: head.version }],
    };
  });
  if (original === undefined) throw callNotFound(id, order.asked);
  return original;
}

/** A try that was never sent, or whose receiver did not do it, may be followed by another; nothing else may. */
function retried(mission: Mission, key: string, state: CallState | undefined): Omit<EntryDraft, "actor"> {
  const attempt = (mission.undoTries?.[key] ?? 1) + 1;
  if (state !== "denied" && state !== "failed")
    throw notRetryable(mission.id, newestUndoKey(mission, key), state ?? "not begun");
  if (attempt > UNDO_TRIES_MAX) throw notRetryable(mission.id, newestUndoKey(mission, key), "the last try there is");
  return { type: "compensation.retried", data: { call: key, attempt } };
}

interface Said {
  readonly as: "undone" | "stands";
  readonly payload: Payload | undefined;
}

function resolved(key: string, { as, payload }: Said): Omit<EntryDraft, "actor"> {
  const payloads = payload === undefined ? {} : { said: payload.commitment };
  return { type: "compensation.resolved", data: { call: key, as }, payloads };
}

function said(world: MissionWorld, as: Resolution): Said {
  switch (as.kind) {
    case "succeeded":
      return { as: "undone", payload: sealPayload(world, as.result) };
    case "failed":
      return { as: "stands", payload: sealPayload(world, as.message.toWellFormed()) };
    case "unresolved":
      return { as: "stands", payload: undefined };
    default:
      return unreachable(as);
  }
}
