import { loadBoundary, loadMission, undoneKey } from "@aura/mission";
import type { Mission, MissionWorld } from "@aura/mission";
import type { Entry, JsonValue } from "@aura/trust";
import { openTold } from "../narrator.ts";
import { missionUnknown } from "../runtime-error.ts";
import { summaryOf } from "../story.ts";
import type { Rest } from "../supervisor.ts";
import { callView } from "./call-view.ts";
import type { CallSetting, CallView, CallViewParts, PlacedEntry } from "./call-view.ts";
import { TIMELINE_ITEMS_MAX } from "./limits.ts";
import type { BookedCall, BookedMission } from "./mission-book.ts";
import { lostIn, objectiveIn, openJson, valueIn } from "./opened.ts";
import type { LostMembers, Opened } from "./opened.ts";

/** A mission in a list; see the schema `MissionSummary`. */
export interface MissionSummaryView {
  readonly id: string;
  readonly agent: string;
  readonly objective: string | null;
  readonly authority: string;
  readonly state: string;
  readonly outcome: { readonly kind: string; readonly code: string | null } | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly waitsFor: "approval" | "person" | "tool" | "compensation" | null;
  readonly calls: { readonly total: number; readonly denied: number; readonly open: number };
  /** Of the `definition`, and so of the objective; of a whole mission also of its `result`. */
  readonly lost: LostMembers;
}

export interface TimelineItem {
  readonly seq: number;
  readonly timeMs: number;
  readonly stream: string;
  readonly type: string;
  readonly actor: Entry["actor"];
  readonly summary: string;
}

/** A mission whole, but for its approval; see the schema `Mission`. */
export interface MissionView extends Omit<MissionSummaryView, "calls"> {
  readonly definition: JsonValue;
  readonly boundary: { readonly hash: string; readonly release: string } | null;
  readonly timeline: readonly TimelineItem[];
  readonly omitted: number;
  readonly calls: readonly CallView[];
  readonly rest: { readonly reason: string; readonly detail: string; readonly untilMs?: number } | null;
  readonly result: JsonValue;
  readonly deadlineMs: number | null;
}

/** @throws `runtime/mission_unknown` */
export async function requireMission(world: MissionWorld, id: string): Promise<Mission> {
  const mission = await loadMission(world, id);
  if (mission === undefined) throw missionUnknown(id);
  return mission;
}

export async function missionSummary(
  world: MissionWorld,
  { id, calls }: Pick<BookedMission, "id" | "calls">,
): Promise<MissionSummaryView> {
  const mission = await requireMission(world, id);
  const definition = await openJson(world, mission.definition);
  return summaryFrom(mission, definition, [...calls.values()]);
}

/** What a mission was when it was created: the answer to its launch, however often it is asked for. */
export function createdSummary(mission: Mission, definition: Opened): MissionSummaryView {
  const { id, agent, authority, createdAtMs } = mission;
  return {
    id,
    agent,
    objective: objectiveIn(definition),
    authority,
    state: "CREATED",
    outcome: null,
    createdAtMs,
    updatedAtMs: createdAtMs,
    waitsFor: null,
    calls: { total: 0, denied: 0, open: 0 },
    lost: lostIn({ definition }),
  };
}

function summaryFrom(mission: Mission, definition: Opened, calls: readonly BookedCall[]): MissionSummaryView {
  const { id, agent, authority, state, outcomeKind, outcomeCode, createdAtMs, updatedAtMs } = mission;
  const newest = Math.max(updatedAtMs, ...calls.map((call) => call.updatedAtMs));
  return {
    id,
    agent,
    objective: objectiveIn(definition),
    authority,
    state,
    outcome: outcomeKind === undefined ? null : { kind: outcomeKind, code: outcomeCode ?? null },
    createdAtMs,
    updatedAtMs: newest,
    waitsFor: waitsFor(state, calls),
    calls: {
      total: calls.length,
      denied: calls.filter((call) => call.state === "denied").length,
      open: calls.filter((call) => OPEN_CALLS.has(call.state)).length,
    },
    lost: lostIn({ definition }),
  };
}

/** Whom an open mission waits for, from where its calls stand. */
export function waitsFor(state: string, calls: Iterable<BookedCall>): MissionSummaryView["waitsFor"] {
  if (state === "WAITING_APPROVAL") return "approval";
  if (state !== "IN_PROGRESS") return null;
  const states = new Set(
    [...calls].map((call) => (undoneKey(call.key) !== undefined ? `undo ${call.state}` : call.state)),
  );
  if (["parked", "sent", "retrying", "unknown"].some((one) => states.has(`undo ${one}`))) return "compensation";
  if (states.has("parked")) return "approval";
  if (states.has("unknown")) return "person";
  return states.has("retrying") ? "tool" : null;
}

const OPEN_CALLS: ReadonlySet<string> = new Set(["sent", "retrying", "unknown"]);

/** Everything of a mission, texts opened. O(entries of the mission). @throws `runtime/mission_unknown` */
export async function missionView(parts: CallViewParts, id: string, rest: Rest | undefined): Promise<MissionView> {
  const { world } = parts;
  const mission = await requireMission(world, id);
  const definition = await openJson(world, mission.definition);
  const result = await openJson(world, mission.result);
  const placed = await entriesOf(world, id);
  const streams = callStreams(placed, id);
  const setting = await settingOf(world, mission, streams, placed);
  const calls = await Promise.all([...streams.values()].map((entries) => callView(parts, entries, setting)));
  const summary = summaryFrom(mission, definition, calls.map(booked));
  const told = placed.slice(-TIMELINE_ITEMS_MAX);
  return {
    ...summary,
    definition: valueIn(definition),
    boundary:
      mission.boundary === undefined || mission.release === undefined
        ? null
        : { hash: mission.boundary, release: mission.release },
    timeline: await Promise.all(told.map((one) => timelineItem(world, one))),
    omitted: placed.length - told.length,
    calls,
    rest: rest === undefined || mission.state === "CLOSED" ? null : restView(rest),
    result: valueIn(result),
    lost: lostIn({ definition, result }),
    deadlineMs: mission.deadlineMs ?? null,
  };
}

/** One call of a mission, with its entries; `undefined` if there is none. @throws `runtime/mission_unknown` */
export async function oneCallView(
  parts: CallViewParts,
  id: string,
  key: string,
): Promise<(CallView & { readonly entries: readonly PlacedEntry[] }) | undefined> {
  const mission = await requireMission(parts.world, id);
  const placed = await entriesOf(parts.world, id);
  const streams = callStreams(placed, id);
  const entries = streams.get(key);
  if (entries === undefined) return undefined;
  return { ...(await callView(parts, entries, await settingOf(parts.world, mission, streams, placed))), entries };
}

async function settingOf(
  world: MissionWorld,
  { id, authority, state }: Mission,
  streams: ReadonlyMap<string, readonly PlacedEntry[]>,
  placed: readonly PlacedEntry[],
): Promise<CallSetting> {
  const tools = (await loadBoundary(world, id).catch(() => undefined))?.tools ?? []; // an erased boundary names no classes
  const missed = state === "IN_PROGRESS" ? missedOperations(placed) : new Set<string>();
  return { authority, tools, keys: new Set(streams.keys()), missed };
}

/** Operations, `<run>.<operation>`, whose run missed a beat and wrote nothing since. */
function missedOperations(placed: readonly PlacedEntry[]): ReadonlySet<string> {
  const missed = new Map<string, string>();
  for (const { entry } of placed) {
    const [, , part, run] = entry.stream.split("/");
    if (part !== "run" || run === undefined) continue;
    missed.delete(entry.stream);
    const operation = entry.data["operation"];
    if (entry.type === "run.beat_missed" && (typeof operation === "number" || typeof operation === "string")) {
      missed.set(entry.stream, `${run}.${operation}`);
    }
  }
  return new Set(missed.values());
}

/** Every entry of a mission in the order of the log. */
async function entriesOf({ store, context }: MissionWorld, id: string): Promise<readonly PlacedEntry[]> {
  const placed: PlacedEntry[] = [];
  for (const { stream } of await store.streams(context, `mission/${id}`)) {
    for await (const entry of store.read(context, stream, 0)) {
      placed.push({ seq: (await store.position(context, stream, entry.version)) ?? 0, entry });
    }
  }
  return placed.toSorted((one, other) => one.seq - other.seq);
}

/** Entries by call key, calls in the order in which they were made. */
function callStreams(placed: readonly PlacedEntry[], id: string): ReadonlyMap<string, readonly PlacedEntry[]> {
  const prefix = `mission/${id}/call/`;
  const calls = new Map<string, PlacedEntry[]>();
  for (const one of placed) {
    if (!one.entry.stream.startsWith(prefix)) continue;
    const key = one.entry.stream.slice(prefix.length);
    calls.set(key, [...(calls.get(key) ?? []), one]);
  }
  return calls;
}

async function timelineItem({ store, context }: MissionWorld, { seq, entry }: PlacedEntry): Promise<TimelineItem> {
  const { timeMs, stream, type, actor } = entry;
  const summary = summaryOf(entry, await openTold(store, context, { entry }));
  return { seq, timeMs, stream, type, actor, summary };
}

function booked({ key, state, endedAtMs, sentAtMs }: CallView): BookedCall {
  return { key, state, updatedAtMs: endedAtMs ?? sentAtMs ?? 0 };
}

function restView({ reason, detail, untilMs }: Rest): MissionView["rest"] {
  return { reason, detail, ...(untilMs === undefined ? {} : { untilMs }) };
}
