import type { AgentStatus } from "../agent-status.ts";
import type { MissionEpochs } from "../epoch.ts";
import type { KeyUse } from "../founding.ts";
import type { KeySet } from "../key-set.ts";
import { keysOf } from "../key-set.ts";
import type { PublicKey } from "../public-key.ts";

/** What a reader of a signed statement knows for itself, by options. Nothing of it is ever taken from the statement. */
export interface TokenAnchors {
  readonly keys: GivenKeys;
  readonly root: PublicKey | undefined;
  /** `<org>/aura/<namespace>`. */
  readonly origin: string | undefined;
  readonly audience: string | undefined;
  readonly atMs: number;
  /** As they stand; what is not given is not judged. */
  readonly epochs: Partial<MissionEpochs>;
  /** How agents stand, by name. */
  readonly statuses: { readonly [agent: string]: AgentStatus } | undefined;
  /** The credential that an execution token, or the token that a proof was shown with. */
  readonly credential: string | undefined;
  readonly token: string | undefined;
  /** An older key set. */
  readonly since: string | undefined;
}

/** Public keys with what is known of their purpose. */
export class GivenKeys {
  readonly #plain: readonly PublicKey[];
  readonly #set: KeySet | undefined;
  readonly #atMs: number;

  constructor(plain: readonly PublicKey[], set: KeySet | undefined, atMs: number) {
    this.#plain = plain;
    this.#set = set;
    this.#atMs = atMs;
  }

  /** Keys whose signature on a statement of that purpose counts: those of a key set by their purpose, plain ones for any. */
  of(use: KeyUse | undefined): readonly PublicKey[] {
    const set = this.#set;
    return [...(set === undefined || use === undefined ? [] : keysOf(set, use, this.#atMs)), ...this.#plain];
  }

  /** The namespace that the key set speaks for. */
  get origin(): string | undefined {
    return this.#set?.origin;
  }

  /** True if no key came without its purpose. */
  get havePurposes(): boolean {
    return this.#plain.length === 0;
  }

  get none(): boolean {
    return this.#plain.length === 0 && this.#set === undefined;
  }
}
