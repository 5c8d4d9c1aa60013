import { unreachable } from "@aura/trust";
import type { Payload } from "@aura/store";
import { appendAtHead } from "./append-at-head.ts";
import type { Call } from "./call.ts";
import { isEnded, leavesUndo } from "./call.ts";
import { gatherEvidence, halt } from "./evidence.ts";
import { callNotFound, callNotUnknown, missionNotFound } from "./mission-error.ts";
import { callStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import type { Resolution } from "./resolve-call.ts";
import { callStream, missionStream, undoKey } from "./stream-name.ts";

/**
 * Records what a person says about an undo that AURA does not make: denied, failed, held, or never built. `succeeded`: it was
 * undone by hand. `failed`, `unresolved`: what the call did stays. Either way it is never undone by AURA afterwards. Answers
 * the call that this is about. One unit.
 * @throws `mission/not_found`, `mission/call_not_found` (there is nothing to undo), `mission/call_not_unknown` (its undo
 * succeeded, is on its way, or a person spoke already), `mission/append_refused`, `trust/not_json`
 */
export async function resolveUndo(
  world: MissionWorld,
  order: { readonly mission: string; readonly key: string; readonly person: string; readonly as: Resolution },
): Promise<Call> {
  const { mission: id, key, person } = order;
  const { as, payload } = said(world, order.as);
  let original: Call | undefined;
  await appendAtHead(world, missionStream(id), async () => {
    const evidence = await gatherEvidence(world, id);
    if (evidence === undefined) throw missionNotFound(id);
    const { mission } = evidence;
    ({ fold: original } = await callStanding(world, id, key));
    const ended = mission.state !== "IN_PROGRESS" || halt(evidence) === undefined;
    if (ended || original?.state !== "succeeded" || !leavesUndo(original)) throw callNotFound(id, undoKey(key));
    const { fold: undoing, head } = await callStanding(world, id, undoKey(key));
    const isOpen = undoing !== undefined && (!isEnded(undoing.state) || undoing.state === "succeeded");
    if (isOpen || mission.undoSaid?.[key] !== undefined) {
      throw callNotUnknown(id, undoKey(key), undoing?.state ?? "resolved");
    }
    return {
      draft: {
        type: "compensation.resolved",
        actor: { id: person, custody: "person" },
        data: { call: key, as },
        payloads: payload === undefined ? {} : { said: payload.commitment },
      },
      payloads: payload === undefined ? [] : [payload],
      // An undo that begins meanwhile reads the mission, and this reads the undo: one of the two is decided again.
      reads: [{ stream: callStream(id, undoKey(key)), version: head.version }],
    };
  });
  if (original === undefined) throw callNotFound(id, undoKey(key));
  return original;
}

function said(
  world: MissionWorld,
  as: Resolution,
): { readonly as: "undone" | "stands"; readonly payload: Payload | undefined } {
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
