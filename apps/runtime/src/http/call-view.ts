import { foldCall, isEnded, undoneKey } from "@aura/mission";
import type { BoundTool, Call, DecisionRecord, MissionWorld } from "@aura/mission";
import type { Entry, JsonObject, JsonValue } from "@aura/trust";
import { lostIn, openJson, valueIn } from "./opened.ts";
import type { LostMembers, Opened } from "./opened.ts";
import type { ReleaseShelf } from "./release-shelf.ts";

/** An entry at its place in the log. */
export interface PlacedEntry {
  readonly seq: number;
  readonly entry: Entry;
}

/** A call as the API tells it; see the schema `CallSummary`. */
export interface CallView {
  readonly key: string;
  readonly tool: string;
  readonly class: string | null;
  readonly state: Call["state"];
  readonly attempts: number;
  readonly attemptMax: number | null;
  readonly nextMs: number | null;
  readonly decision: DecisionView | null;
  readonly arguments: JsonValue;
  readonly facts: JsonObject;
  readonly end: CallEndView | null;
  readonly sentAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly compensates: string | null;
  readonly compensatedBy: string | null;
  readonly missedBeat: boolean;
  /** Of `arguments`, and of `result` and `message` in `end`. */
  readonly lost: LostMembers;
}

export interface DecisionView {
  readonly kind: string;
  readonly level: string | null;
  readonly rules: readonly { readonly id: string; readonly reason: string; readonly effect: string | null }[];
  readonly unknown: readonly string[];
}

export interface CallEndView {
  readonly kind: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly result: JsonValue;
}

export interface CallViewParts {
  readonly world: MissionWorld;
  readonly releases: ReleaseShelf;
}

/** What is known of a call's mission and of its siblings. */
export interface CallSetting {
  readonly authority: string;
  /** Its tools as they were frozen. */
  readonly tools: readonly BoundTool[];
  /** Keys of the mission's calls, in the order in which they began: `undo.<key>` undoes `<key>`. */
  readonly keys: ReadonlySet<string>;
  /** Calls under way while a beat of their run was missed. */
  readonly missed: ReadonlySet<string>;
}

/** A call from the entries of its stream, oldest first, texts opened. */
export async function callView(
  parts: CallViewParts,
  entries: readonly PlacedEntry[],
  setting: CallSetting,
): Promise<CallView> {
  const { world } = parts;
  const call = entries.reduce<Call | undefined>((fold, { entry }) => foldCall(fold, entry), undefined);
  if (call === undefined) throw new TypeError("a call has an entry");
  const timeOf = (type: string): number | null =>
    entries.findLast(({ entry }) => entry.type === type)?.entry.timeMs ?? null;
  const retrying = entries.findLast(({ entry }) => entry.type === "call.retrying")?.entry.data["nextMs"];
  // The newest try, if a person had it tried again.
  const undo = [...setting.keys].findLast((key) => undoneKey(key) === call.key);
  const kind = setting.tools.find(({ name }) => name === call.tool)?.class ?? null;
  const given = await openJson(world, call.arguments);
  const told = await openEnd(world, call);
  return {
    key: call.key,
    tool: call.tool,
    class: call.class ?? kind,
    state: call.state,
    attempts: call.attempts,
    attemptMax: await attemptMax(parts, call),
    nextMs: call.state === "retrying" && typeof retrying === "number" ? retrying : null,
    decision: call.decision === undefined ? null : await decisionView(parts, call.decision),
    arguments: valueIn(given),
    facts: factsOf(call, setting),
    end: endView(call, told),
    sentAtMs: timeOf("call.sent"),
    endedAtMs: isEnded(call.state) ? (entries.at(-1)?.entry.timeMs ?? null) : null,
    compensates: undoneKey(call.key) ?? null,
    compensatedBy: undo ?? null,
    missedBeat: setting.missed.has(call.key),
    lost: lostIn({ arguments: given, ...told }),
  };
}

/** A decision with what its rules say to people, and the effect of each rule in the release that decided. */
export async function decisionView(
  { world, releases }: CallViewParts,
  { kind, level, rules, unknown, release }: DecisionRecord,
): Promise<DecisionView> {
  const written = (await releases.find(release))?.rules ?? [];
  const reasons = new Map(world.governor.reasons(rules, release).map(({ rule, reason }) => [rule, reason]));
  return {
    kind,
    level: level ?? null,
    rules: rules.map((id) => ({
      id,
      reason: reasons.get(id) ?? "",
      effect: written.find((rule) => rule.id === id)?.effect ?? kind,
    })),
    unknown,
  };
}

/** What the rules could see beside the arguments, by the names that they use. Older entries tell the first three only. */
function factsOf({ actor, facts }: Call, { authority }: CallSetting): JsonObject {
  return { "agent.id": actor.id, "agent.custody": actor.custody, "mission.authority": authority, ...facts };
}

async function attemptMax({ releases }: CallViewParts, { decision, tool }: Call): Promise<number | null> {
  if (decision === undefined) return null;
  const registered = (await releases.find(decision.release))?.tools.find(({ name }) => name === tool);
  const retry = (registered as { readonly retry?: { readonly attempts?: number } } | undefined)?.retry;
  return retry?.attempts ?? (registered === undefined ? null : 1);
}

/** What the agent was told when the call ended: its result, or why there is none. */
async function openEnd(
  world: MissionWorld,
  call: Call,
): Promise<{ readonly [member in "result" | "message"]?: Opened }> {
  if (call.state === "succeeded") return { result: await openJson(world, call.result) };
  return isEnded(call.state) || call.state === "unknown" ? { message: await openJson(world, call.message) } : {};
}

function endView(call: Call, { result, message }: Awaited<ReturnType<typeof openEnd>>): CallEndView | null {
  if (result !== undefined) return { kind: "succeeded", code: null, message: null, result: valueIn(result) };
  if (message === undefined) return null;
  const text = valueIn(message);
  return { kind: call.state, code: call.code ?? null, message: typeof text === "string" ? text : null, result: null };
}
