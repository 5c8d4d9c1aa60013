import type { JsonValue } from "@aura/trust";
import type { Ending } from "./ending.ts";
import { historyMalformed } from "./engine-error.ts";
import type { OpenPayload } from "./open-fact.ts";
import { payloadOf } from "./payload-draft.ts";
import type { RunEnd } from "./run-end.ts";
import { type RunEntry, endedDraft } from "./run-entry.ts";
import type { RunSession } from "./run-world.ts";

/** Appends `run.ended`: the last entry of the run. `undefined` if the run is no longer ours. */
export async function recordEnd({ world, lane, actor }: RunSession, ending: Ending): Promise<RunEnd | undefined> {
  const completed = ending.kind === "completed";
  const payload = payloadOf(world.random, completed ? ending.text : JSON.stringify(ending.message));
  const draft = endedDraft(actor, {
    kind: ending.kind,
    code: completed ? null : ending.code,
    because: completed ? null : ending.because,
    payloads: { [completed ? "result" : "cause"]: payload.commitment },
  });
  const answer = await lane.append([draft], (write, id) => ({ id, writes: [write], reads: [], payloads: [payload] }));
  return answer.kind === "appended" ? runEndOf(ending) : undefined;
}

/** The recorded end of a run; a result that was destroyed is answered as `null`. @throws `engine/history_malformed` */
export async function openEnd(ended: Extract<RunEntry, { kind: "ended" }>, open: OpenPayload): Promise<RunEnd> {
  const commitment = ended.payloads[ended.end === "completed" ? "result" : "cause"];
  if (commitment === undefined) throw historyMalformed("run.ended names neither result nor cause.");
  const payload = await open(commitment);
  const text = payload === "erased" ? "null" : payload.text;
  if (ended.end === "completed") return runEndOf({ kind: "completed", text });
  const message = payload === "erased" ? "The message was erased." : String(JSON.parse(text));
  return { kind: "failed", code: ended.code ?? "engine/function_failed", because: ended.because, message };
}

function runEndOf(ending: Ending): RunEnd {
  return ending.kind === "completed" ? { kind: "completed", result: JSON.parse(ending.text) as JsonValue } : ending;
}
