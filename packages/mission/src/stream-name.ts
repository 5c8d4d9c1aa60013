import type { StreamName } from "@aura/store";

/** Founding, releases, epochs of organisation and namespace. Every intent reads it. */
export const CONTROL_STREAM: StreamName = "control";

/** A UUID in lower case; ids that we mint are UUIDv7 (RFC 9562 section 5.7). */
const MISSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const AGENT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/**
 * `<run>.<operation>`, or a hash in base64url; `undo.` before one of these is the call that undoes it, `undo-<n>.` its n-th try, when
 * a person said to try again.
 */
const CALL_KEY = /^(?:undo(?:-(?:[2-9]|[1-9][0-9]))?\.(?!undo[.-]))?[A-Za-z0-9_-]{1,64}(?:\.[0-9]{1,16})?$/;
const UNDO = /^undo(?:-(?:[2-9]|[1-9][0-9]))?\.(?<key>.+)$/;
/** How often one call may be undone anew, the first try included: after that only by hand. */
export const UNDO_TRIES_MAX = 99;

export function isMissionId(value: string): boolean {
  return MISSION_ID.test(value);
}

export function isAgentName(value: string): boolean {
  return AGENT_NAME.test(value);
}

/** A random id, or one that a release gives: no person's name. */
export function isPersonId(value: string): boolean {
  return AGENT_NAME.test(value);
}

export function isCallKey(value: string): boolean {
  return CALL_KEY.test(value);
}

/** The key of the call that undoes the call `key`. @param attempt 1 to {@link UNDO_TRIES_MAX} */
export function undoKey(key: string, attempt = 1): string {
  return attempt === 1 ? `undo.${key}` : `undo-${attempt}.${key}`;
}

/** The key of the call that the call `key` undoes, whichever try it is; `undefined` if it undoes none. */
export function undoneKey(key: string): string | undefined {
  return UNDO.exec(key)?.groups?.["key"];
}

export function agentStream(agent: string): StreamName {
  return `agent/${agent}`;
}

export function missionStream(mission: string): StreamName {
  return `mission/${mission}`;
}

/** The stream's first entry is the call's idempotency claim and the mark against replay of its proof. */
export function callStream(mission: string, key: string): StreamName {
  return `mission/${mission}/call/${key}`;
}

/** What a stream under `mission/` is about; `undefined` for every other stream. */
export function partsOfStream(
  stream: StreamName,
): { readonly mission: string; readonly part: string | undefined; readonly key: string | undefined } | undefined {
  const [root, mission, part, ...key] = stream.split("/");
  if (root !== "mission" || mission === undefined) return undefined;
  return { mission, part, key: key.length === 0 ? undefined : key.join("/") };
}
