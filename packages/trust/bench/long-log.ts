import {
  commit,
  encodeEntry,
  Frontier,
  leafHash,
  logEntryLine,
  logHeaderLine,
  newNonce,
  signCheckpoint,
  signerFromSeed,
  signFounding,
  systemRandom,
} from "../src/index.ts";
import type { Entry, Hash } from "../src/index.ts";

const NAMESPACE = "01939a52-7c00-7000-8000-000000000001";
const STREAMS = 500;

export const ORIGIN = `example.com/aura/${NAMESPACE}`;
export const signer = signerFromSeed(new Uint8Array(32).fill(2));

const argument = commit(newNonce(systemRandom), "{}");

/** An intent of a call as missions write it, about 500 bytes. */
export function entryAt(
  at: number,
  previous: Hash | null,
  stream = "mission/01939a52-7c00-7000-8000-0000000000a1/call/1.1",
): Entry {
  return {
    format: "aura-entry-1",
    namespace: NAMESPACE,
    stream,
    version: previous === null ? 1 : at + 1,
    fence: 0,
    unit: "01939a52-7c00-7000-8000-000000000abc",
    type: "call.sent",
    timeMs: 1_732_406_400_000 + at,
    actor: { id: "runtime", custody: "runtime" },
    data: { attempt: 1, class: "read", tool: "read_text_file", digest: argument, sendByMs: 1_732_406_405_000 + at },
    payloads: { arguments: argument },
    previous,
  };
}

/** An exported log of `entries` entries in {@link STREAMS} streams, founded and signed. */
export async function longLog(entries: number): Promise<string> {
  const lines: string[] = [];
  for await (const line of longLogLines(entries)) lines.push(line);
  return lines.join("");
}

/** The same, line by line with its newline: made twice, first for the checkpoint that stands in front. Holds one head a stream. */
export async function* longLogLines(entries: number): AsyncGenerator<string> {
  const founding = await foundingEntry();
  const tree = new Frontier();
  for (const { leaf } of loggedEntries(founding, entries)) tree.append(leaf);
  const checkpoint = await signCheckpoint(signer, { origin: ORIGIN, size: tree.size, root: tree.root() });
  yield `${logHeaderLine({ origin: ORIGIN, namespace: NAMESPACE, checkpoint })}\n`;
  for (const logged of loggedEntries(founding, entries)) yield `${logEntryLine(logged)}\n`;
}

function* loggedEntries(
  founding: Entry,
  entries: number,
): Generator<{ readonly seq: number; readonly leaf: Hash; readonly entry: Entry }> {
  const heads = new Map<string, { readonly version: number; readonly leaf: Hash }>();
  for (let seq = 0; seq < entries; seq += 1) {
    const stream = `mission/${seq % STREAMS}/call/1.1`;
    const head = heads.get(stream);
    const entry =
      seq === 0 ? founding : { ...entryAt(seq, head?.leaf ?? null, stream), version: (head?.version ?? 0) + 1 };
    const leaf = leafHash(encodeEntry(entry));
    heads.set(entry.stream, { version: entry.version, leaf });
    yield { seq, leaf, entry };
  }
}

async function foundingEntry(): Promise<Entry> {
  const root = signerFromSeed(new Uint8Array(32).fill(1));
  const statement = await signFounding(root, {
    format: "aura-founding-1",
    origin: ORIGIN,
    namespace: NAMESPACE,
    foundedMs: 1_732_406_400_000,
    keys: [{ use: "log", ...signer.publicKey }],
    constitution: { quorum: 1 },
    approvers: [],
    release: argument,
    refounds: null,
  });
  return {
    ...entryAt(0, null, "control"),
    type: "namespace.founded",
    data: { statement },
    payloads: { release: argument },
  };
}
