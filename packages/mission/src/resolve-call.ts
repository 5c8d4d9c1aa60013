import type { EntryDraft, Payload } from "@aura/store";
import type { JsonValue } from "@aura/trust";
import { unreachable } from "@aura/trust";
import { DECISIONS_MAX } from "./advance.ts";
import { CALL_CODES } from "./call-code.ts";
import { inTurn } from "./call-turn.ts";
import { appendToCall } from "./call-unit.ts";
import type { Call } from "./call.ts";
import { isEnded } from "./call.ts";
import { appendRefused, callNotFound, callNotUnknown, notRetryable, unsettled } from "./mission-error.ts";
import { callStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { resolveUndo } from "./resolve-undo.ts";
import { callStream, undoneKey } from "./stream-name.ts";

/** What a person learned about a call of unknown outcome. */
export type Resolution =
  | { readonly kind: "succeeded"; readonly result: JsonValue }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** It cannot be learned. The mission may finish all the same. */
  | { readonly kind: "unresolved" };

/** What a person says about an undo: the same, or that it is tried again. */
export type UndoResolution = Resolution | { readonly kind: "retry" };

/**
 * Records what a person says about a call whose outcome is unknown, or (`undo.<key>`) about an undo that was denied, failed or
 * is not made: then as `resolveUndo` says, and only there `retry`. It lands alone; its run is told when it asks again.
 * One unit. @throws `mission/call_not_found`, `mission/call_not_unknown`, `mission/not_retryable`, `mission/append_refused`,
 * `trust/not_json`
 */
export function resolveCall(
  world: MissionWorld,
  order: { readonly mission: string; readonly key: string; readonly person: string; readonly as: UndoResolution },
): Promise<Call> {
  const { mission, key, person, as } = order;
  const stream = callStream(mission, key);
  return inTurn(world, stream, async () => {
    for (let turn = 0; turn < DECISIONS_MAX; turn += 1) {
      const { fold: call, head } = await callStanding(world, mission, key);
      const undone = undoneKey(key);
      if (undone !== undefined && (call === undefined || isEnded(call.state))) {
        return resolveUndo(world, { ...order, key: undone, asked: key });
      }
      if (call === undefined) throw callNotFound(mission, key);
      if (as.kind === "retry") throw notRetryable(mission, key, call.state);
      if (call.state !== "unknown") throw callNotUnknown(mission, key, call.state);
      const entry = resolved(world, call, as);
      const draft = { ...entry.draft, actor: { id: person, custody: "person" } as const };
      const written = await appendToCall(
        world,
        call,
        { mission, key, tool: call.tool, head, draft, payloads: entry.payloads, reads: [] },
        undefined,
      );
      if (written.answer.kind === "appended") return written.standing.fold;
      if (written.answer.kind === "refused") throw appendRefused(stream, written.answer.code);
    }
    throw unsettled(stream);
  });
}

function resolved(
  world: MissionWorld,
  { attempts: attempt }: Call,
  as: Resolution,
): { readonly draft: Omit<EntryDraft, "actor">; readonly payloads: readonly Payload[] } {
  switch (as.kind) {
    case "succeeded": {
      const result = sealPayload(world, as.result);
      const data = { attempt, by: "person" };
      return { draft: { type: "call.succeeded", data, payloads: { result: result.commitment } }, payloads: [result] };
    }
    case "failed": {
      const message = sealPayload(world, as.message);
      const data = { attempt, code: as.code, by: "person" };
      return { draft: { type: "call.failed", data, payloads: { message: message.commitment } }, payloads: [message] };
    }
    case "unresolved": {
      const code = "call/unresolved";
      const message = sealPayload(world, CALL_CODES[code]);
      const data = { attempt, code, by: "person" };
      return {
        draft: { type: "call.unresolved", data, payloads: { message: message.commitment } },
        payloads: [message],
      };
    }
    default:
      return unreachable(as);
  }
}
