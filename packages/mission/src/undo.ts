import type { JsonObject, JsonValue } from "@aura/trust";
import type { BoundTool } from "./boundary.ts";
import type { Call } from "./call.ts";
import { boundaryOf, callStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openValue } from "./payload.ts";
import type { CompensationSource } from "./tool.ts";

/** The call that undoes another: nothing of it is anybody's choice. */
export interface Undo {
  /** The call that is undone. */
  readonly original: Call;
  /** The undoing tool as the original's intent and boundary pinned it. */
  readonly bound: BoundTool;
  readonly arguments: JsonObject;
}

/**
 * What would undo the call `key`: the tool that its intent registered, with arguments made of what the call was given and
 * what it answered. `undefined` for a call that leaves nothing to undo, that a person spoke about already, or whose undo
 * cannot be built.
 * @throws `mission/payload_missing` if what it was given or answered was erased
 */
export async function findUndo(world: MissionWorld, mission: Mission, key: string): Promise<Undo | undefined> {
  if (mission.undoSaid?.[key] !== undefined) return undefined;
  const { fold: original } = await callStanding(world, mission.id, key);
  if (original?.state !== "succeeded" || original.compensation === undefined) return undefined;
  const { tool: name, digest } = original.compensation;
  const args = await undoArguments(world, original);
  if (args === undefined) return undefined;
  const frozen = (await boundaryOf(world, mission))?.tools.find((bound) => bound.name === original.tool);
  const retry = frozen?.compensation?.retry;
  const pinned = { name, digest, class: "write", constraints: null, compensation: null } as const;
  return { original, bound: retry === undefined ? pinned : { ...pinned, retry }, arguments: args };
}

async function undoArguments(world: MissionWorld, original: Call): Promise<JsonObject | undefined> {
  const { compensation, result } = original;
  const sources = Object.entries(compensation?.arguments ?? {});
  const given = await openValue(world, original.arguments, "arguments");
  const needsResult = sources.some(([, source]) => "fromResult" in source);
  const answered = needsResult && result !== undefined ? await openValue(world, result, "result") : null;
  const made = sources.map(([name, source]) => [name, valueOf(source, given, answered)] as const);
  if (made.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(made) as JsonObject;
}

/** `undefined` if a pointer leads nowhere, or to what a prefix cannot stand before. Pure. */
function valueOf(source: CompensationSource, given: JsonValue, answered: JsonValue): JsonValue | undefined {
  if ("value" in source) return source.value;
  if ("fromResult" in source) return valueAt(source.fromResult, answered);
  const value = valueAt(source.from, given);
  if (!("prefix" in source) || value === undefined) return value;
  return typeof value === "object" ? undefined : `${source.prefix}${value}`;
}

/** RFC 6901 section 4, over own members only. */
function valueAt(pointer: string, root: JsonValue): JsonValue | undefined {
  if (pointer === "") return root;
  let value: JsonValue | undefined = root;
  for (const part of pointer.slice(1).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
