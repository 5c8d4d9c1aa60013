import { isAuraError, orNothing } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { ENTRY_BYTES_MAX } from "./entry.ts";
import type { Commitment, Custody, Entry, Hash } from "./entry.ts";
import { isObject, isWhole } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { notAnEntry } from "./log-error.ts";
import type { TrustError } from "./trust-error.ts";

/** The one format this version reads. */
export const ENTRY_FORMAT = "aura-entry-1";
/** Characters of a stream's name, printable ASCII without a space. */
export const STREAM_CHARS_MAX = 512;
/** Characters of the other names in an entry: namespace, unit, type, actor, payload. */
export const ENTRY_NAME_CHARS_MAX = 512;

/** What every format of entry keeps, so that a chain can be followed through entries that cannot be read. */
export type EntryLink = Pick<Entry, "namespace" | "stream" | "version" | "fence" | "timeMs" | "previous">;

export type ParsedEntry =
  | { readonly kind: "entry"; readonly entry: Entry }
  /** Written by a newer AURA. It still has its leaf hash; `link` is absent if even the link cannot be read. */
  | { readonly kind: "unknown_format"; readonly format: string; readonly link?: EntryLink };

const MEMBERS = "actor data fence format namespace payloads previous stream timeMs type unit version".split(" ");
const ACTOR_MEMBERS = ["custody", "id"];
const CUSTODIES: readonly unknown[] = ["agent", "runtime", "person"] satisfies readonly Custody[];
const HASH = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/; // 43 characters, the two spare bits zero
const STREAM = /^[a-z][!-.0-~]*(?:\/[!-.0-~]+)*$/; // printable ASCII, no empty segment
const TYPE = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;
const MEMBER_NAME = /^[a-z][A-Za-z0-9_]*$/;
const NAME = /^[^\u0000-\u0020\u007f]+$/; // no white space, no control characters

/** The bytes that are hashed, as text: canonical JSON (RFC 8785). O(size). @throws `trust/not_an_entry` */
export function encodeEntry(entry: Entry): string {
  const member = wrongMember(entry as unknown as JsonObject);
  if (member !== undefined) throw malformed(member);
  try {
    return canonicalJson(entry as unknown as JsonObject);
  } catch (error) {
    if (isAuraError(error)) throw notAnEntry("holds a value that JSON cannot carry", error);
    throw error;
  }
}

/**
 * Reads the text of one entry, only in its canonical spelling and with exactly the members of its format.
 * A text of another `format` is not an error: it is answered `unknown_format`, never as an entry.
 * At most {@link ENTRY_BYTES_MAX} bytes. O(size). @throws `trust/not_an_entry`
 */
export function parseEntry(text: string): ParsedEntry {
  const value = parseObject(text);
  const { format } = value;
  if (typeof format !== "string") throw malformed("format");
  if (format !== ENTRY_FORMAT) {
    return wrongLink(value) === undefined
      ? { kind: "unknown_format", format, link: linkOf(value as unknown as Entry) }
      : { kind: "unknown_format", format };
  }
  const member = wrongMember(value);
  if (member !== undefined) throw malformed(member);
  return { kind: "entry", entry: value as unknown as Entry };
}

function malformed(member: string): TrustError {
  return notAnEntry(`is malformed in its ${member}`);
}

/** True for the one spelling of 32 bytes in base64url. */
export function isHash(value: unknown): value is Hash {
  return typeof value === "string" && HASH.test(value);
}

/** A commitment has the spelling of a hash. */
export function isCommitment(value: unknown): value is Commitment {
  return isHash(value);
}

/** @internal */
export function linkOf({ namespace, stream, version, fence, timeMs, previous }: Entry): EntryLink {
  return { namespace, stream, version, fence, timeMs, previous };
}

function parseObject(text: string): JsonObject {
  const value = orNothing(() => parseCanonicalJson(text, { bytesMax: ENTRY_BYTES_MAX }));
  if (!isObject(value)) throw notAnEntry(`is not a canonical JSON object of at most ${ENTRY_BYTES_MAX} bytes`);
  return value;
}

/** The member of an `aura-entry-1` that is not as its format says ("members": they are others); `undefined` if all are. */
function wrongMember(value: JsonObject): string | undefined {
  const { actor, data, format, payloads, type, unit } = value;
  if (!hasOnly(value, MEMBERS)) return "members";
  if (format !== ENTRY_FORMAT) return "format";
  if (!isObject(actor) || !hasOnly(actor, ACTOR_MEMBERS)) return "actor";
  if (!isName(actor["id"])) return "actor";
  if (!CUSTODIES.includes(actor["custody"])) return "actor";
  if (!isObject(data)) return "data";
  if (!isObject(payloads)) return "payloads";
  for (const [name, commitment] of Object.entries(payloads)) {
    if (!MEMBER_NAME.test(name) || name.length > ENTRY_NAME_CHARS_MAX) return "payloads";
    if (!isCommitment(commitment)) return "payloads";
  }
  if (!isName(type) || !TYPE.test(type)) return "type";
  if (!isName(unit)) return "unit";
  return wrongLink(value);
}

function wrongLink({ namespace, stream, version, fence, timeMs, previous }: JsonObject): string | undefined {
  if (!isName(namespace)) return "namespace";
  if (typeof stream !== "string" || stream.length > STREAM_CHARS_MAX || !STREAM.test(stream)) {
    return "stream";
  }
  if (!isWhole(version) || version === 0) return "version";
  if (!isWhole(fence)) return "fence";
  if (!isWhole(timeMs)) return "timeMs";
  if (version === 1 ? previous !== null : !isHash(previous)) {
    return "previous";
  }
  return undefined;
}

function isName(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value.length <= ENTRY_NAME_CHARS_MAX && NAME.test(value);
}

/** Exactly these members; this runs for every entry, so it allocates one list. */
function hasOnly(object: JsonObject, members: readonly string[]): boolean {
  return Object.keys(object).length === members.length && members.every((name) => Object.hasOwn(object, name));
}
