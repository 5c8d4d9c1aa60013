import type { EntryDraft, Payload } from "@aura/store";
import type { JsonObject } from "@aura/trust";
import { invariant, isAuraError } from "@aura/trust";
import { CALL_CODES } from "./call-code.ts";
import { DECISIONS_MAX, RUNTIME } from "./advance.ts";
import { endOf } from "./call-end.ts";
import { callRows } from "./call-rows.ts";
import { inTurn } from "./call-turn.ts";
import { appendToCall } from "./call-unit.ts";
import type { Call, CallAnswer } from "./call.ts";
import { isEnded } from "./call.ts";
import { gatherEvidence, halt } from "./evidence.ts";
import { appendRefused, callNotFound, unsettled } from "./mission-error.ts";
import { callStanding, missionStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openValue, sealPayload } from "./payload.ts";
import { UPSTREAM_RETRY_MS, attemptOverMs } from "./settlement.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { callStream } from "./stream-name.ts";
import type { Tool } from "./tool.ts";

/**
 * Settles a call that nobody presents any more, without sending anything: a parked one whose time is over is denied, one
 * that was to be tried again has failed once its mission stopped, ended or ran out of time, a
 * `read` that was never answered has failed, `find` is asked where there is one, and what remains waits for a person.
 * Never before a late sender must have given up. Its run is told when it asks again. @throws `mission/call_not_found`
 */
export function settleCall(
  world: MissionWorld,
  { mission, key }: { readonly mission: string; readonly key: string },
): Promise<CallAnswer> {
  return inTurn(world, callStream(mission, key), async () => {
    for (let turn = 0; turn < DECISIONS_MAX; turn += 1) {
      const { fold: call, head } = await callStanding(world, mission, key);
      if (call === undefined) throw callNotFound(mission, key);
      if (isEnded(call.state)) return { kind: "ended", end: await endOf(world, call) };
      const found = await settlementOf(world, call);
      if ("kind" in found) return found;
      const { answer } = await appendToCall(
        world,
        call,
        { mission, key, tool: call.tool, head, reads: [], ...found },
        undefined,
      );
      if (answer.kind === "refused") throw appendRefused(callStream(mission, key), answer.code);
    }
    throw unsettled(callStream(mission, key));
  });
}

/** Settles every open call of a mission as far as that is possible now. @throws as `settleCall` */
export async function settleCalls(world: MissionWorld, mission: string): Promise<readonly CallAnswer[]> {
  const answers: CallAnswer[] = [];
  for await (const { key, state } of callRows(world, mission)) {
    if (!isEnded(state as Call["state"])) answers.push(await settleCall(world, { mission, key }));
  }
  return answers;
}

interface Settlement {
  readonly draft: EntryDraft;
  readonly payloads: readonly Payload[];
}

async function settlementOf(world: MissionWorld, call: Call): Promise<Settlement | CallAnswer> {
  const nowMs = world.store.nowMs();
  if (call.state === "parked") {
    const { untilMs = 0 } = call;
    if (nowMs < untilMs) return { kind: "waits", for: "approval", untilMs };
    const code = "mission/approval_expired";
    const message = sealPayload(world, CALL_CODES[code]);
    const data = { tool: call.tool, code, parked: true };
    return entry("call.denied", data, { arguments: call.arguments, message: message.commitment }, [message]);
  }
  if (call.state === "retrying") return retryOver(world, call);
  const overMs = attemptOverMs(call, world.defaults.skewMs);
  if (nowMs < overMs) return { kind: "waits", for: "tool", untilMs: overMs };
  if (call.class === "read") return failed(world, call, { code: "call/no_answer", by: "class" });
  const tool = await toolOf(world, call);
  if (tool === "unavailable") return { kind: "waits", for: "tool", untilMs: nowMs + UPSTREAM_RETRY_MS };
  if (tool?.find !== undefined) {
    const askableMs = overMs + tool.find.findAfterMs;
    if (nowMs < askableMs) return { kind: "waits", for: "tool", untilMs: askableMs };
    return askTool(world, call, tool);
  }
  if (call.state === "sent") {
    const reason = sealPayload(world, "Nobody but a person can tell whether it happened.");
    return entry("call.unknown", { attempt: call.attempts }, { reason: reason.commitment }, [reason]);
  }
  const { fold: mission } = await missionStanding(world, call.mission);
  return { kind: "waits", for: "person", untilMs: mission.deadlineMs ?? 0 };
}

/** Only whoever presents it tries it again: once nobody may, the failure before was its last. */
async function retryOver(
  world: MissionWorld,
  { mission: id, attempts, retrying }: Call,
): Promise<Settlement | CallAnswer> {
  invariant(retrying !== undefined, "what is tried again has failed");
  const evidence = await gatherEvidence(world, id);
  invariant(evidence !== undefined, "a call has a mission");
  const isOver = halt(evidence) !== undefined || world.store.nowMs() >= (evidence.mission.deadlineMs ?? 0);
  if (!isOver) return { kind: "waits", for: "tool", untilMs: retrying.nextMs };
  const { code, message } = retrying;
  return entry("call.failed", { attempt: attempts, code, by: "retry" }, { message }, []);
}

async function askTool(world: MissionWorld, call: Call, tool: Tool): Promise<Settlement | CallAnswer> {
  const found = await world.broker.find({
    namespace: world.context.namespace,
    mission: call.mission,
    callKey: call.key,
    idempotencyKey: idempotencyKeyOf(world, call),
    tool,
    arguments: (await openValue(world, call.arguments, "arguments")) as JsonObject,
  });
  switch (found.kind) {
    case "happened": {
      const result = sealPayload(world, found.result);
      return entry("call.succeeded", { attempt: call.attempts, by: "find" }, { result: result.commitment }, [result]);
    }
    case "absent":
      return failed(world, call, { code: "call/did_not_happen", by: "find" });
    case "undecided":
      return { kind: "waits", for: "tool", untilMs: world.store.nowMs() + UPSTREAM_RETRY_MS };
  }
}

/** The tool that the newest intent was written for; `undefined` if it is another one today. */
async function toolOf(world: MissionWorld, call: Call): Promise<Tool | undefined | "unavailable"> {
  try {
    const tool = await world.catalogue.find(call.tool);
    return tool?.digest === call.digest ? tool : undefined;
  } catch (error) {
    if (isAuraError(error, "gateway/upstream_unavailable")) return "unavailable";
    throw error;
  }
}

function failed(
  world: MissionWorld,
  call: Call,
  why: { readonly code: keyof typeof CALL_CODES; readonly by: string },
): Settlement {
  const message = sealPayload(world, CALL_CODES[why.code]);
  return entry("call.failed", { attempt: call.attempts, ...why }, { message: message.commitment }, [message]);
}

function entry(
  type: string,
  data: JsonObject,
  payloads: NonNullable<EntryDraft["payloads"]>,
  bring: readonly Payload[],
): Settlement {
  return { draft: { type, actor: RUNTIME, data, payloads }, payloads: bring };
}
