import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as trust from "../src/index.ts";
import type { Anchors, CallInQuestion, JsonObject, JsonValue, PresentedCall, PublicKey } from "../src/index.ts";
import { createSealedKeyFile, loadKeyFile, loadSealedKeyFile } from "../src/key-file.ts";

/** What a verifier of a folder is given from outside. It is in `keys.json`, and nothing else of a folder is believed. */
export interface GoldenKeys {
  readonly log: string;
  readonly logRoot: PublicKey;
  readonly receipt: string;
  readonly receiptRoot: PublicKey;
  readonly witnesses?: readonly string[];
  readonly namespace?: string;
  readonly orgLog?: string;
  readonly keySetRoot?: PublicKey;
  readonly credentialIssuer?: PublicKey;
  readonly nowMs?: number;
}

/** A folder of golden files, from the disk or while it is recorded. */
export type GoldenFolder = (name: string) => Uint8Array;

export const PASSPHRASE = new TextEncoder().encode("a golden passphrase");
export const DESK = {
  issuer: "https://acme.example/aura/payments",
  audience: "https://acme.example/aura/payments/enrolment",
};
export const KEY_SET_ORIGIN = "acme.example/aura/payments";
export { createSealedKeyFile };

/**
 * The reader of each golden file: what it verified, in short, or `undefined` for what is refused. `keys.json` has none: it is what a
 * reader brings along.
 */
export const READERS: Readonly<
  Record<string, (bytes: Uint8Array, folder: GoldenFolder) => Promise<JsonValue | undefined>>
> = {
  "log.jsonl": async (bytes, folder) => {
    const { log, logRoot, witnesses } = keysOf(folder);
    const given =
      witnesses === undefined
        ? {}
        : { witnesses: { keys: witnesses.map(trust.parseWitnessKey), quorum: witnesses.length } };
    const anchors = {
      key: trust.parseVerifierKey(log),
      root: logRoot,
      since: textOf(folder("log.older.note")),
      ...given,
    };
    const verified = await trust.verifyLog(trust.logLines([bytes]), anchors);
    if (!verified.ok) return undefined;
    const { size, since, founding, notChecked } = verified;
    return {
      size,
      since: since ?? null,
      founding: founding.signature,
      notChecked: [...notChecked],
      statuses: await statusesIn(bytes),
    };
  },
  "log.older.note": async (bytes, folder) => {
    const opened = trust.openCheckpoint(textOf(bytes), trust.parseVerifierKey(keysOf(folder).log));
    return opened.ok ? { size: opened.size } : undefined;
  },
  "log.cosigned.note": async (bytes, folder) => {
    const { log, witnesses = [] } = keysOf(folder);
    const opened = trust.openCheckpoint(textOf(bytes), trust.parseVerifierKey(log));
    const cosigned = witnesses.map((key) => trust.openCosignature(textOf(bytes), trust.parseWitnessKey(key)));
    if (!opened.ok || !cosigned.every(({ ok }) => ok)) return undefined;
    return { size: opened.size, timesS: cosigned.map((one) => (one.ok ? one.timeS : 0)) };
  },
  "entry.tlog-proof": async (bytes, folder) => {
    const { log, witnesses = [] } = keysOf(folder);
    const text = textOf(bytes);
    const extra = trust.parseTlogProof(text)?.extra ?? new Uint8Array();
    const keys = witnesses.map(trust.parseWitnessKey);
    const leaf = trust.leafHash(textOf(extra));
    const verified = trust.verifyTlogProof(text, leaf, {
      key: trust.parseVerifierKey(log),
      witnesses: { keys, quorum: keys.length },
    });
    return verified.ok ? { index: verified.index, size: verified.checkpoint.size } : undefined;
  },
  "receipt.json": readReceipt,
  "receipt.votes.json": readReceipt,
  "calls.json": async (bytes) => {
    const { anchors, call, presented } = jsonOf(bytes) as unknown as {
      anchors: Anchors;
      call: CallInQuestion;
      presented: PresentedCall[];
    };
    const verified = presented.map((one) => trust.verifyCall(anchors, one, call));
    return verified.every(({ ok }) => ok)
      ? verified.map((one) => (one.ok ? [one.agent, one.token, one.delegation?.tokens.length ?? 1] : []))
      : undefined;
  },
  "key-set.1.jws": async (bytes, folder) => readKeySet(bytes, folder),
  "key-set.2.jws": async (bytes, folder) => {
    const first = openSet(folder("key-set.1.jws"), folder);
    return first.ok ? readKeySet(bytes, folder, first.keySet) : undefined;
  },
  "enrolment.json": async (bytes, folder) => {
    const {
      challenge = "",
      possession = "",
      credential = "",
      proof = "",
      token = "",
    } = jsonOf(bytes) as Record<string, string>;
    const { credentialIssuer: issuer, nowMs = 0 } = keysOf(folder);
    const replay = trust.memoryReplayMarks({ clock: { nowMs: () => nowMs - 60_000 } });
    const enrolled = await trust.verifyEnrolment(
      { ...DESK, issuers: issuer ? [issuer] : [], replay, nowMs },
      { challenge, possession },
    );
    // The credential is judged with a call that is refused for its token alone, which is not there.
    const judged = trust.verifyCall(anchorsAt(nowMs, issuer), { credential, token, proof }, {} as CallInQuestion);
    const credentialStands = !judged.ok && judged.reason === "token_missing";
    return enrolled.ok && credentialStands ? { sub: enrolled.sub, key: enrolled.key.kid } : undefined;
  },
  "plain.key": (bytes) => withFile(bytes, async (path) => (await loadKeyFile(path)).publicKey.kid),
  "sealed.key": (bytes) =>
    withFile(bytes, async (path) => (await loadSealedKeyFile(path, () => PASSPHRASE)).publicKey.kid),
  "org-log.jsonl": async (bytes, folder) => {
    const verified = await trust.verifyOrgLog(trust.logLines([bytes]), {
      key: trust.parseVerifierKey(keysOf(folder).orgLog ?? ""),
    });
    return verified.ok ? { size: verified.size } : undefined;
  },
  "anchored.tlog-proof": async (bytes, folder) => {
    const { namespace = "", orgLog = "" } = keysOf(folder);
    const [key, of] = [namespace, orgLog].map(trust.parseVerifierKey) as [trust.VerifierKey, trust.VerifierKey];
    const verified = trust.verifyAnchored(textOf(bytes), { key, orgLog: of });
    return verified.ok ? { size: verified.checkpoint.size, tick: verified.tick } : undefined;
  },
};

/** What a reader verified, or `undefined`; a typed error is a refusal, and every other throw comes through. */
export async function readGolden(
  name: string,
  bytes: Uint8Array,
  folder: GoldenFolder,
): Promise<JsonValue | undefined> {
  try {
    return await READERS[name]?.(bytes, folder);
  } catch (error) {
    if (trust.isAuraError(error)) return undefined;
    throw error;
  }
}

async function readReceipt(bytes: Uint8Array, folder: GoldenFolder): Promise<JsonValue | undefined> {
  const { receipt, receiptRoot } = keysOf(folder);
  const verified = trust.verifyReceipt(jsonOf(bytes), { key: trust.parseVerifierKey(receipt), root: receiptRoot });
  if (!verified.ok) return undefined;
  const { size, entries, outcome, votes, payloads } = verified;
  return { size, entries, kind: outcome.kind, votes, opened: payloads.opened };
}

function openSet(bytes: Uint8Array, folder: GoldenFolder, known?: trust.KeySet): trust.OpenedKeySet {
  const { keySetRoot: root, nowMs = 0 } = keysOf(folder);
  if (root === undefined) return { ok: false, reason: "wrong_key" };
  return trust.openKeySet(root, textOf(bytes), { origin: KEY_SET_ORIGIN, nowMs, known });
}

function readKeySet(bytes: Uint8Array, folder: GoldenFolder, known?: trust.KeySet): JsonValue | undefined {
  const opened = openSet(bytes, folder, known);
  return opened.ok
    ? { version: opened.keySet.version, digest: opened.keySet.digest, keys: opened.keySet.keys.length }
    : undefined;
}

/** The agents' facts that the log holds, folded. Its lines are verified by now. */
async function statusesIn(bytes: Uint8Array): Promise<JsonObject> {
  const facts = new Map<string, trust.AgentFact[]>();
  let isHeader = true;
  for await (const line of trust.logLines([bytes])) {
    const { entry } = (isHeader ? {} : JSON.parse(line)) as { entry?: trust.Entry };
    isHeader = false;
    const agent = entry?.data["agent"];
    if (entry !== undefined && typeof agent === "string") facts.set(agent, [...(facts.get(agent) ?? []), entry]);
  }
  return Object.fromEntries([...facts].map(([agent, of]) => [agent, { ...trust.agentStatus(of) }]));
}

function anchorsAt(nowMs: number, issuer: PublicKey | undefined): Anchors {
  return {
    org: "acme.example",
    namespace: "payments",
    audience: "https://acme.example/runtime",
    tokenIssuers: [],
    nowMs,
    evidenceMs: nowMs,
    credentialIssuers: issuer ? [issuer] : [],
    epochs: { org: 1, namespace: 1, agent: 1, mission: 1 },
  };
}

async function withFile<Value>(bytes: Uint8Array, act: (path: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), "aura-golden-"));
  try {
    writeFileSync(join(folder, "key"), bytes, { mode: 0o600 });
    return await act(join(folder, "key"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function keysOf(folder: GoldenFolder): GoldenKeys {
  return JSON.parse(textOf(folder("keys.json"))) as GoldenKeys;
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** A file of one canonical line; another spelling is refused. @throws `trust/not_canonical` */
function jsonOf(bytes: Uint8Array): JsonValue {
  return trust.parseCanonicalJson(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : new Uint8Array(), {
    bytesMax: trust.RECEIPT_BYTES_MAX,
  });
}
