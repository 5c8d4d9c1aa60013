import type { Brand } from "./brand.ts";
import type { JsonObject } from "./json-value.ts";

/** A SHA-256 digest, 43 characters of base64url. */
export type Hash = Brand<string, "Hash">;
/** HMAC-SHA-256(32-byte nonce, canonical text), 43 characters of base64url. It hides the text and binds to it. */
export type Commitment = Brand<string, "Commitment">;

/** Who holds the key that spoke for the actor: the agent itself, the runtime in its name, or a person. */
export type Custody = "agent" | "runtime" | "person";

export interface Actor {
  readonly id: string;
  readonly custody: Custody;
}

/**
 * One record of a namespace's log. Its canonical JSON (RFC 8785) is what is hashed; the leaf hash
 * SHA-256(0x00 || canonical entry) is both the link of its stream's chain and the RFC 6962 leaf of the log's tree.
 * Nothing in it depends on its position in the namespace.
 */
export interface Entry {
  readonly format: "aura-entry-1";
  readonly namespace: string;
  readonly stream: string;
  /** 1 for the first entry of its stream, then without gaps. */
  readonly version: number;
  /** The lease generation of its stream; 0 where a stream has no lease. */
  readonly fence: number;
  /** The unit it was appended with: the id of the atomic write. */
  readonly unit: string;
  /** `<noun>.<past participle>`, lower case: `mission.created`, `call.sent`. */
  readonly type: string;
  /** Store time in milliseconds, never less than the entry before it in its stream. */
  readonly timeMs: number;
  readonly actor: Actor;
  readonly data: JsonObject;
  /** Commitments to texts that are kept outside the log, by name. */
  readonly payloads: { readonly [name: string]: Commitment };
  /** Leaf hash of the entry before it in its stream; `null` for version 1. */
  readonly previous: Hash | null;
}

/** C2SP tlog-tiles caps an entry at 65,535 bytes. */
export const ENTRY_BYTES_MAX = 65_535;
