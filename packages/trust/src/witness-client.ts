import { openCosignature } from "./cosignature.ts";
import type { WitnessKey } from "./cosignature.ts";
import type { Hash } from "./entry.ts";
import { splitNote } from "./signed-note.ts";
import { linesOf } from "./signature-line.ts";
import { readTreeHead, TREE_SIZE } from "./tree-head.ts";
import { decodeUtf8 } from "./utf8.ts";
import { cosignatureRefused } from "./witness-error.ts";
import { formatAddCheckpoint } from "./witness.ts";
import { countWitnesses } from "./witness-quorum.ts";

/** Bytes of a witness's answer that are read. */
export const WITNESS_ANSWER_BYTES_MAX = 16_384;
/** Requests to one witness for one checkpoint: it may name its size, and another submission may come in between. */
export const WITNESS_REQUESTS_MAX = 3;
/** Witnesses that are asked for one checkpoint: a note has room for their lines beside the log's. */
export const WITNESSES_MAX = 16;

/** A witness that a log asks. */
export interface WitnessAddress {
  readonly key: WitnessKey;
  /** Submission prefix: http or https, without `/add-checkpoint`. */
  readonly url: string;
  /** The size that it cosigned last, as far as the log knows: a wrong one costs one more request. */
  readonly size?: number;
}

export interface Submission {
  /** The signed checkpoint. */
  readonly note: string;
  readonly witnesses: readonly WitnessAddress[];
  /** Witnesses that must cosign. */
  readonly quorum: number;
  /** RFC 6962 consistency proof from `oldSize` leaves to the tree of the checkpoint; empty from 0 and from its own size. */
  readonly prove: (oldSize: number) => readonly Hash[] | Promise<readonly Hash[]>;
  /** The network, as `globalThis.fetch`. Nothing else here opens a connection. */
  readonly fetch: (url: string, request: RequestInit) => Promise<Response>;
  /** Ends the waiting, like `AbortSignal.timeout(5_000)`: who has not answered by then is `late`. */
  readonly signal: AbortSignal;
}

/**
 * Why a witness did not cosign. `ahead`: it has seen a larger tree of this log, of `size` leaves; `inconsistent`: it has seen
 * one that this is no continuation of. Both mean that somebody signed two histories, or that this one was set back.
 * `bad_answer`: what came is no answer of the protocol, or no cosignature by its key over this checkpoint.
 */
export type WitnessFailure =
  | { readonly reason: "ahead"; readonly size: number }
  | { readonly reason: "inconsistent" | "unknown_log" | "log_key_refused" | "bad_answer" | "unreachable" | "late" };

export type WitnessReport = { readonly name: string } & (
  | { readonly ok: true; readonly timeS: number }
  | ({ readonly ok: false } & WitnessFailure)
);

export interface Submitted {
  /** The note with the cosignatures that verified. */
  readonly note: string;
  /** True if at least `quorum` different witnesses cosigned it. */
  readonly witnessed: boolean;
  /** In the order of `witnesses`. */
  readonly reports: readonly WitnessReport[];
}

/**
 * Asks witnesses to cosign a checkpoint, all at once (C2SP tlog-witness, `add-checkpoint`). Every cosignature is verified
 * before it is taken; one that fails, hangs or lies costs the others nothing. Resolves when all have answered or `signal`
 * says so. Rejects if `prove` does. @throws `trust/cosignature_refused` (more than {@link WITNESSES_MAX} witnesses)
 */
export async function submitCheckpoint(submission: Submission): Promise<Submitted> {
  const { note, witnesses, quorum, signal } = submission;
  if (witnesses.length > WITNESSES_MAX) throw cosignatureRefused(`is asked of more than ${WITNESSES_MAX} witnesses`);
  const late = new Promise<"late">((resolve) => {
    if (signal.aborted) resolve("late");
    signal.addEventListener("abort", () => resolve("late"), { once: true });
  });
  const asked = await Promise.all(
    witnesses.map(async (witness): Promise<Cosigned | Failed> => {
      const answer = await Promise.race([askWitness(submission, witness), late]);
      return answer === "late" ? failed("late") : answer;
    }),
  );
  const cosigned = note + asked.map((answer) => (answer.ok ? answer.lines : "")).join("");
  const keys = witnesses.map(({ key }) => key);
  return {
    note: cosigned,
    witnessed: countWitnesses(cosigned, { keys, quorum }).met,
    reports: asked.map((answer, index) => {
      const name = keys[index]?.name ?? "";
      return answer.ok ? { name, ok: true, timeS: answer.timeS } : { name, ...answer };
    }),
  };
}

type Failed = { readonly ok: false } & WitnessFailure;

interface Cosigned {
  readonly ok: true;
  readonly timeS: number;
  readonly lines: string;
}

const FAILURES: ReadonlyMap<number, Exclude<WitnessFailure["reason"], "ahead">> = new Map([
  [403, "log_key_refused"],
  [404, "unknown_log"],
  [422, "inconsistent"],
] as const);

async function askWitness({ note, prove, fetch, signal }: Submission, witness: WitnessAddress) {
  const size = readTreeHead(splitNote(note)?.text ?? "")?.size ?? 0;
  let oldSize = Math.min(witness.size ?? 0, size);
  for (let request = 0; request < WITNESS_REQUESTS_MAX; request += 1) {
    const body = formatAddCheckpoint({ oldSize, proof: await prove(oldSize), note });
    const answer = await post(fetch, `${witness.url.replace(/\/$/, "")}/add-checkpoint`, { body, signal });
    if (answer === undefined) return failed(signal.aborted ? "late" : "unreachable");
    if (answer.status === 200) return openAnswer(note, answer.text, witness.key);
    if (answer.status !== 409) return failed(FAILURES.get(answer.status) ?? "bad_answer");
    const seen = answer.text.endsWith("\n") ? answer.text.slice(0, -1) : "";
    if (!TREE_SIZE.test(seen)) return failed("bad_answer");
    if (Number(seen) > size) return { ok: false, reason: "ahead", size: Number(seen) } as const;
    oldSize = Number(seen);
  }
  return failed("bad_answer");
}

/**
 * The note that a witness shows to monitors under its submission prefix, nothing verified; `undefined` if it shows none.
 * Never throws. @internal
 */
export async function latestOf(
  { fetch, url, signal }: Pick<Submission, "fetch" | "signal"> & Pick<WitnessAddress, "url">,
  originHash: string,
): Promise<string | undefined> {
  try {
    const place = `${url.replace(/\/$/, "")}/${originHash}/checkpoint`;
    const response = await fetch(place, { method: "GET", redirect: "error", signal });
    return response.status === 200 ? await readText(response) : undefined;
  } catch {
    return undefined;
  }
}

async function post(
  fetch: Submission["fetch"],
  url: string,
  { body, signal }: { readonly body: string; readonly signal: AbortSignal },
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    const response = await fetch(url, { method: "POST", body, headers, redirect: "error", signal });
    return { status: response.status, text: await readText(response) };
  } catch {
    return undefined; // refused, reset, aborted: the report says which witness
  }
}

/** Empty if it is too long or not UTF-8: no answer of the protocol is. */
async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > WITNESS_ANSWER_BYTES_MAX) return "";
    parts.push(part);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return decodeUtf8(whole) ?? "";
}

/** The lines of this key alone: what else it sends is not passed on. */
function openAnswer(note: string, answer: string, key: WitnessKey): Cosigned | Failed {
  const text = splitNote(note)?.text ?? "";
  const opened = openCosignature(`${text}\n${answer}`, key);
  return opened.ok
    ? { ok: true, timeS: opened.timeS, lines: linesOf(`${text}\n${answer}`, [key]) }
    : failed("bad_answer");
}

function failed(reason: Exclude<WitnessFailure["reason"], "ahead">): Failed {
  return { ok: false, reason };
}
