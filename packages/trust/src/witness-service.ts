import type { Checkpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import { cosignCheckpoint, openCosignature, witnessKeyOf } from "./cosignature.ts";
import type { WitnessKey } from "./cosignature.ts";
import { sha256 } from "./hash.ts";
import { toHex } from "./hex.ts";
import { splitNote } from "./signed-note.ts";
import type { Signer } from "./signer.ts";
import { systemClock } from "./system-clock.ts";
import { readTreeHead } from "./tree-head.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { cosignatureRefused, witnessStateDamaged } from "./witness-error.ts";
import { parseAddCheckpoint, WITNESS_REQUEST_BYTES_MAX, witnessStep } from "./witness.ts";
import type { AddCheckpoint } from "./witness.ts";

/** Where a witness keeps what it cosigned last of each log. Nobody else writes to it while a witness has it. */
export interface WitnessStore {
  /** A place in words, for messages. */
  readonly where: string;
  /** The note that was saved last for the log of this origin. */
  load(origin: string): Promise<string | undefined>;
  /** Replaces it, whole or not at all; on disk when it resolves. */
  save(origin: string, note: string): Promise<void>;
}

/** What goes back over HTTP. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 413 | 422 | 500;
  readonly type: "text/plain; charset=utf-8" | "text/x.tlog.size";
  readonly body: string;
}

export interface WitnessOptions {
  /** A URL without a scheme: the name of the witness in its cosignatures. */
  readonly name: string;
  /** A key of this witness alone: the signed message does not hold its name. */
  readonly signer: Signer;
  /** Keys of logs; those with one name are keys of one log, any of which may sign. */
  readonly logs: readonly VerifierKey[];
  readonly store: WitnessStore;
  readonly clock?: Clock;
}

export interface Witness {
  readonly key: WitnessKey;
  /** Origins that it cosigns. */
  readonly origins: readonly string[];
  /**
   * Answers `POST <prefix>/add-checkpoint`. The new tree is stored before a cosignature leaves; submissions of one log are
   * judged one after the other. Never throws: what fails here is a 500, and nothing was cosigned.
   */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>;
  /** Answers `GET <prefix>/<origin hash>/checkpoint`: what it cosigned last, for monitors. Never throws. */
  latest(originHash: string): Promise<WitnessAnswer>;
}

/**
 * A witness as C2SP tlog-witness describes it, without the socket. Reads the whole state first.
 * @throws `trust/witness_state_damaged`, `trust/cosignature_refused` (the key is a log's own), `trust/origin_refused`,
 * what `store.load` throws
 */
export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { name, signer, logs, store, clock = systemClock } = options;
  const key = witnessKeyOf(name, signer.publicKey);
  if (logs.some((log) => log.key.kid === key.key.kid)) throw cosignatureRefused("would be by the log's own key");
  const known = Map.groupBy(logs, (log) => log.name);
  const witness = new StoredWitness({ key, signer, logs: known, store, clock });
  for (const origin of known.keys()) await witness.seen(origin);
  return witness;
}

interface Parts {
  readonly key: WitnessKey;
  readonly signer: Signer;
  readonly logs: ReadonlyMap<string, readonly VerifierKey[]>;
  readonly store: WitnessStore;
  readonly clock: Clock;
}

class StoredWitness implements Witness {
  readonly key: WitnessKey;
  readonly origins: readonly string[];
  readonly #parts: Parts;
  readonly #origins: ReadonlyMap<string, string>;
  /** One a log: between reading the tree seen last and keeping the new one nothing else of that log happens. */
  readonly #lanes = new Map<string, Promise<unknown>>();

  constructor(parts: Parts) {
    this.key = parts.key;
    this.origins = [...parts.logs.keys()];
    this.#parts = parts;
    this.#origins = new Map(this.origins.map((origin) => [originHash(origin), origin]));
  }

  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    if (body.length > WITNESS_REQUEST_BYTES_MAX) return text(413, "The request is too large.");
    const decoded = decodeUtf8(body);
    const request = decoded === undefined ? undefined : parseAddCheckpoint(decoded);
    if (request === undefined) return text(400, "This is no add-checkpoint request (C2SP tlog-witness).");
    const { origin } = request.head;
    if (!this.#parts.logs.has(origin)) return text(404, "This witness does not know the log.");
    const before = this.#lanes.get(origin) ?? Promise.resolve();
    const answer = before.then(() => this.#judge(request));
    this.#lanes.set(origin, answer);
    return answer;
  }

  async latest(hash: string): Promise<WitnessAnswer> {
    const origin = this.#origins.get(hash);
    try {
      const note = origin === undefined ? undefined : (await this.seen(origin))?.note;
      return note === undefined
        ? text(404, "This witness cosigned no such log.")
        : { ...PLAIN, status: 200, body: note };
    } catch {
      return FAILED; // a log is told nothing about our disk
    }
  }

  /** What was cosigned last, with its note. @throws `trust/witness_state_damaged`, what the store throws */
  async seen(origin: string): Promise<(Checkpoint & { readonly note: string }) | undefined> {
    const { store, key } = this.#parts;
    const note = await store.load(origin);
    if (note === undefined) return undefined;
    const head = readTreeHead(splitNote(note)?.text ?? "");
    if (!openCosignature(note, key).ok) throw witnessStateDamaged(store.where, "holds what this witness did not sign");
    if (head?.origin !== origin) throw witnessStateDamaged(store.where, "holds the tree of another log in its place");
    return { ...head, note };
  }

  async #judge(request: AddCheckpoint): Promise<WitnessAnswer> {
    try {
      return await this.#judged(request);
    } catch {
      return FAILED;
    }
  }

  async #judged(request: AddCheckpoint): Promise<WitnessAnswer> {
    const { logs, signer, store, clock, key } = this.#parts;
    const { origin } = request.head;
    const decision = witnessStep({ keys: logs.get(origin) ?? [], seen: await this.seen(origin) }, request);
    if (decision.status === 409) return { status: 409, type: "text/x.tlog.size", body: `${decision.size}\n` };
    if (decision.status !== 200) return text(decision.status, decision.problem);
    const line = await cosignCheckpoint(signer, { name: key.name, note: decision.note, timeMs: clock.nowMs() });
    await store.save(origin, decision.note + line); // before the signature leaves this process
    return { ...PLAIN, status: 200, body: line };
  }
}

/** SHA-256 of a log's origin in lower-case hex: its place under a monitoring prefix. */
export function originHash(origin: string): string {
  return toHex(sha256(encodeUtf8(origin)));
}

const PLAIN = { type: "text/plain; charset=utf-8" } as const;
const FAILED = text(500, "The witness failed, and cosigned nothing. Try again later.");

function text(status: WitnessAnswer["status"], problem: string): WitnessAnswer {
  return { ...PLAIN, status, body: `${problem}\n` };
}
