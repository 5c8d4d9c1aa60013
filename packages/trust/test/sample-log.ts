import { canonicalJson, commit, signerFromSeed, signJws } from "../src/index.ts";
import type {
  Actor,
  Commitment,
  Entry,
  FoundingStatement,
  Hash,
  JsonObject,
  KeyUse,
  Receipt,
  Signer,
} from "../src/index.ts";
import {
  encodeEntry,
  extendTree,
  inclusionProof,
  leafHash,
  logEntryLine,
  logHeaderLine,
  merkleRoot,
  signCheckpoint,
  signFounding,
  verifierKeyOf,
} from "../src/index.ts";
import { hashText } from "../src/hash.ts";
import { shelf } from "./tile-shelf.ts";

/** Keys whose seeds are written in the vectors: 32 times one byte. */
export const SEED_BYTES = { root: 1, log: 2, credential: 3, token: 4, outcome: 5, approver: 6, stranger: 7 } as const;
export const NAMESPACE = "01939a52-7c00-7000-8000-000000000001";
export const ORIGIN = `example.com/aura/${NAMESPACE}`;
export const MISSION = "01939a52-7c00-7000-8000-0000000000a1";
export const OTHER_MISSION = "01939a52-7c00-7000-8000-0000000000b2";
export const FOUNDED_MS = 1_732_406_400_000;

const RUNTIME: Actor = { id: "runtime", custody: "runtime" };
const AGENT: Actor = { id: "reporter", custody: "agent" };
const NONCE = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

export function sampleSigner(name: keyof typeof SEED_BYTES): Signer {
  return signerFromSeed(new Uint8Array(32).fill(SEED_BYTES[name]));
}

export const LOG_KEY = verifierKeyOf(ORIGIN, sampleSigner("log").publicKey);
export const ROOT_KEY = sampleSigner("root").publicKey;

/** Entries as a store chains them. */
export class LogBuilder {
  readonly entries: Entry[] = [];
  readonly opened: Record<string, { readonly nonce: string; readonly text: string }> = {};

  add(
    stream: string,
    type: string,
    rest: Partial<Pick<Entry, "actor" | "fence" | "timeMs">> & {
      readonly data?: JsonObject;
      readonly texts?: Record<string, string>;
    } = {},
  ): this {
    const head = this.entries.findLast((entry) => entry.stream === stream);
    const version = (head?.version ?? 0) + 1;
    this.entries.push({
      format: "aura-entry-1",
      namespace: NAMESPACE,
      stream,
      version,
      fence: rest.fence ?? head?.fence ?? 0,
      unit: `01939a52-7c00-7000-8000-${String(this.entries.length).padStart(12, "0")}`,
      type,
      timeMs: rest.timeMs ?? FOUNDED_MS + this.entries.length * 10,
      actor: rest.actor ?? RUNTIME,
      data: rest.data ?? {},
      payloads: this.#commit(rest.texts ?? {}),
      previous: head === undefined ? null : leafHash(encodeEntry(head)),
    });
    return this;
  }

  leaves(): readonly Hash[] {
    return this.entries.map((entry) => leafHash(encodeEntry(entry)));
  }

  #commit(texts: Record<string, string>): Record<string, Commitment> {
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => {
        const commitment = commit(NONCE, text);
        this.opened[commitment] = { nonce: NONCE, text };
        return [name, commitment];
      }),
    );
  }
}

export function foundingStatement(overrides: Partial<FoundingStatement> = {}): FoundingStatement {
  const key = (use: KeyUse) => ({ use, ...sampleSigner(use).publicKey });
  return {
    format: "aura-founding-1",
    origin: ORIGIN,
    namespace: NAMESPACE,
    foundedMs: FOUNDED_MS,
    keys: [key("log"), key("credential"), key("token"), key("outcome")],
    constitution: { quorum: 1 },
    approvers: [{ id: "01939a52-7c00-7000-8000-0000000000c3", key: sampleSigner("approver").publicKey }],
    release: commit(NONCE, RELEASE),
    refounds: null,
    ...overrides,
  };
}

const RELEASE = canonicalJson({ format: "aura-release-1", agents: [], rules: [], tools: [] });
export const BOUNDARY = canonicalJson({ format: "aura-boundary-1", mission: MISSION, tools: [] });

/** A founded log in which one mission ran from its creation to its seal, and another one was created in between. */
export async function sampleLog(
  founding: Partial<FoundingStatement> = {},
  root = sampleSigner("root"),
  shownBoundary = BOUNDARY,
): Promise<LogBuilder> {
  const log = new LogBuilder();
  const statement = await signFounding(root, foundingStatement(founding));
  const [own, run, call] = [`mission/${MISSION}`, `mission/${MISSION}/run/1`, `mission/${MISSION}/call/1.1`];
  log.add("control", "namespace.founded", {
    actor: { id: root.publicKey.kid, custody: "person" },
    data: { statement },
    texts: { release: RELEASE },
  });
  log.add("agent/reporter", "agent.registered", { data: { authority: "L1", owner: "finance", version: "1" } });
  log.add(own, "mission.created", {
    data: { agent: "reporter", authority: "L1", timeoutMs: 600_000 },
    texts: { definition: canonicalJson({ objective: "Sum the invoices: 42 € – ☃" }) },
  });
  log.add(own, "mission.planned");
  log.add(own, "mission.approval_requested", {
    data: { boundary: hashText(BOUNDARY) },
    texts: { boundary: shownBoundary },
  });
  log.add(`mission/${OTHER_MISSION}`, "mission.created", {
    data: { agent: "reporter", authority: "L2", timeoutMs: 1_000 },
  });
  log.add(own, "mission.approved", { data: { by: { kind: "rule", rules: ["reads"] } } });
  log.add(own, "mission.queued", { data: { boundary: hashText(BOUNDARY) } });
  log.add(own, "mission.started", { data: { deadlineMs: FOUNDED_MS + 600_000 } });
  log.add(run, "run.started", { fence: 1, data: { agent: "reporter", version: "1" } });
  log.add(call, "call.sent", {
    actor: AGENT,
    data: { attempt: 1, tool: "read_text_file" },
    texts: { arguments: canonicalJson({ path: "invoices/1.txt" }) },
  });
  log.add(call, "call.succeeded", {
    data: { attempt: 1, by: "answer" },
    texts: { result: canonicalJson("Total 42.00") },
  });
  log.add(run, "run.taken_over", { fence: 2 });
  log.add(run, "run.ended");
  log.add(own, "mission.finished", {
    data: { kind: "SUCCEEDED" },
    texts: { result: canonicalJson({ total: "42.00" }) },
  });
  await seal(log, own);
  return log;
}

/** Ends the mission of the sample with its outcome. */
export async function seal(log: LogBuilder, own: string): Promise<void> {
  const leaves = log.leaves();
  const streams = [...new Set(log.entries.map(({ stream }) => stream))]
    .filter((stream) => stream.startsWith(own))
    .toSorted();
  const heads = streams.map((stream) => headOf(log, stream));
  const finished = log.entries.findLast(({ stream }) => stream === own);
  const outcome = await signJws(sampleSigner("outcome"), "aura-outcome+jwt", {
    format: "aura-outcome-1",
    namespace: NAMESPACE,
    mission: MISSION,
    kind: "SUCCEEDED",
    cause: null,
    actor: { ...AGENT },
    boundary: hashText(BOUNDARY),
    result: finished?.payloads["result"] ?? null,
    heads: merkleRoot(heads.map((head) => leafHash(canonicalJson(head)))),
    streams: heads.length,
    checkpoint: { size: leaves.length, root: merkleRoot(leaves) },
    timeMs: FOUNDED_MS + log.entries.length * 10,
  });
  log.add(own, "mission.sealed", { data: { outcome } });
}

function headOf(log: LogBuilder, stream: string): { hash: Hash; stream: string; version: number } {
  const entry = log.entries.findLast((candidate) => candidate.stream === stream)!;
  return { hash: leafHash(encodeEntry(entry)), stream, version: entry.version };
}

/** A checkpoint over the first `size` entries. */
export async function checkpointOf(
  log: LogBuilder,
  size = log.entries.length,
  signer = sampleSigner("log"),
  origin = ORIGIN,
): Promise<string> {
  return signCheckpoint(signer, { origin, size, root: merkleRoot(log.leaves().slice(0, size)) });
}

/** The exported file, newline and all. */
export async function exportOf(log: LogBuilder, note?: string): Promise<string> {
  const header = logHeaderLine({ origin: ORIGIN, namespace: NAMESPACE, checkpoint: note ?? (await checkpointOf(log)) });
  const lines = log.entries.map((entry, seq) => logEntryLine({ seq, leaf: leafHash(encodeEntry(entry)), entry }));
  return [header, ...lines].map((line) => `${line}\n`).join("");
}

export async function receiptOf(log: LogBuilder): Promise<Receipt> {
  const tiles = shelf();

  const { size, tiles: grown } = extendTree(0, log.leaves(), () => []);
  tiles.keep(grown);
  const own = `mission/${MISSION}`;
  const entries = log.entries
    .map((entry, seq) => ({ seq, entry, proof: inclusionProof(seq, size, tiles.read) }))
    .filter(({ entry }) => entry.stream === own || entry.stream.startsWith(`${own}/`));
  const approvers = log.entries
    .map((entry, seq) => ({ seq, entry, proof: inclusionProof(seq, size, tiles.read) }))
    .filter(({ entry }) => entry.type.startsWith("approver."));
  const shown = [...entries, ...approvers];
  const named = new Set<string>(shown.flatMap(({ entry }) => Object.values(entry.payloads)));
  return {
    format: "aura-receipt-1",
    namespace: NAMESPACE,
    mission: MISSION,
    origin: ORIGIN,
    checkpoint: await checkpointOf(log),
    founding: { entry: log.entries[0]!, proof: inclusionProof(0, size, tiles.read) },
    entries,
    heads: [...new Set(entries.map(({ entry }) => entry.stream))].toSorted().map((stream) => headOf(log, stream)),
    opened: Object.fromEntries(Object.entries(log.opened).filter(([commitment]) => named.has(commitment))),
    custody: [...new Set(entries.map(({ entry }) => entry.actor.custody))].toSorted(),
    witnesses: [],
    quorum: 1,
    ...(approvers.length === 0 ? {} : { approvers }),
  };
}
