import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  admitPublicKey,
  agentStatus,
  type AgentFact,
  canonicalJson,
  encodeBase64url,
  isAuraError,
  type JsonObject,
  type JsonValue,
  openFounding,
  openKeySet,
  parseConstraints,
  parseEntry,
  type PublicKey,
  type Receipt,
} from "../src/index.ts";
import { readCallProof } from "../src/call-proof.ts";
import { readCredential } from "../src/credential.ts";
import { readChallenge, readPossession } from "../src/enrolment-challenge.ts";
import { readExecutionToken } from "../src/execution-token.ts";
import { guardRefusal } from "../src/guard-refusal.ts";
import { inspectJws } from "../src/jws.ts";
import { readSealedKey } from "../src/key-file-box.ts";
import { loadKeyFile } from "../src/key-file.ts";
import { signerFromSeed } from "../src/key-signer.ts";
import { parseLogHeader, parseLogLine } from "../src/log-export.ts";
import { readConstraints } from "../src/parse-constraint.ts";
import { readOutcome, readReceipt } from "../src/receipt.ts";
import { mcpGuard, toolCall, carried } from "./guard-world.ts";
import { headerFor, openText, signTexts } from "./signed-text.ts";
import { fromHex, readVectors, utf8 } from "./vector-file.ts";

/** A published schema, values that are of its format, and the parser that reads it. */
export interface PublishedFormat {
  /** File in `schemas/`. */
  readonly file: string;
  readonly values: readonly JsonValue[];
  /** Whether the parser takes the value; anything but a typed answer comes through. */
  readonly reads: (value: JsonValue) => boolean | Promise<boolean>;
}

export const SCHEMAS = new URL("../schemas/", import.meta.url);
export const schemaFiles: readonly string[] = readdirSync(SCHEMAS);

export function schemaOf(file: string): JsonObject {
  return JSON.parse(readFileSync(new URL(file, SCHEMAS), "utf8")) as JsonObject;
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });

export function validatorOf(file: string): (value: JsonValue) => boolean {
  const validate = ajv.compile(schemaOf(file));
  return (value) => validate(value);
}

const credential = readVectors<{ payload: string; header: string; issuer: PublicKey }>("credential.json");
const token = readVectors<{ payload: string; header: string }>("execution-token.json");
const proof = readVectors<{ payload: string; header: string }>("call-proof.json");
const enrolment = readVectors<{ challenge: { payload: string }; possession: { payload: string } }>(
  "enrolment-challenge.json",
);
const delegation = readVectors<{ root: { payload: string }; children: { payload: string }[] }>("delegation.json");
const keySet = readVectors<{ rootSeed: string; nowMs: number; sets: { payload: string }[] }>("key-set.json");
const founding = readVectors<{ statement: JsonObject; jws: string; root: PublicKey }>("founding.json");
const entries = readVectors<{ entries: { text: string }[] }>("entry.json");
const receipt = readVectors<{ receipt: Receipt }>("receipt.json");
const log = readVectors<{ file: string }>("log.json");
const chain = readVectors<{ lines: string[] }>("audit-chain.json");

const parsed = (text: string): JsonValue => JSON.parse(text) as JsonValue;
const limitsIn = (payload: string): JsonObject =>
  (parsed(payload) as { authorization_details: [{ tools: JsonObject }] }).authorization_details[0].tools;

/** True for a value, false for a typed refusal; another throw is a bug and comes through. */
function takes(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch (error) {
    if (isAuraError(error)) return false;
    throw error;
  }
}

/** A statement of these claims that nobody signed, for readers that check no signature. */
function unsigned(typ: string, payload: JsonValue, header = `{"alg":"EdDSA","kid":"k","typ":"${typ}"}`): string {
  return [header, canonicalJson(payload), "\0".repeat(64)].map((part) => encodeBase64url(utf8(part))).join(".");
}

const claims = (read: (payload: JsonObject) => unknown) => (value: JsonValue) =>
  isJsonObject(value) && takes(() => read(value));

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const keySetRoot = signerFromSeed(fromHex(keySet.rootSeed));
const limits = [...Object.values(limitsIn(token.payload)), ...Object.values(limitsIn(delegation.root.payload))].filter(
  (one) => Object.keys(one as JsonObject).length > 0,
);
const lines = log.file.trimEnd().split("\n");

export const FORMATS: readonly PublishedFormat[] = [
  {
    file: "jwk.json",
    values: [credential.issuer, { ...credential.issuer, alg: "EdDSA", use: "sig" }].map((key) => ({ ...key })),
    reads: (value) => takes(() => admitPublicKey(value)),
  },
  {
    file: "jws-header.json",
    values: [credential.header, token.header, proof.header].map(parsed),
    reads: (value) => {
      const typ = isJsonObject(value) && typeof value["typ"] === "string" ? value["typ"] : "";
      return inspectJws(unsigned(typ, {}, canonicalJson(value)), typ).ok;
    },
  },
  { file: "credential.json", values: [parsed(credential.payload)], reads: claims(readCredential) },
  {
    file: "execution-token.json",
    values: [token, delegation.root, ...delegation.children].map(({ payload }) => parsed(payload)),
    reads: claims(readExecutionToken),
  },
  { file: "call-proof.json", values: [parsed(proof.payload)], reads: claims(readCallProof) },
  { file: "challenge.json", values: [parsed(enrolment.challenge.payload)], reads: claims(readChallenge) },
  { file: "possession.json", values: [parsed(enrolment.possession.payload)], reads: claims(readPossession) },
  {
    file: "aura-keyset-1.json",
    values: keySet.sets.map(({ payload }) => parsed(payload)).map(shortened),
    reads: async (value) => {
      const jws = await signTexts(keySetRoot, headerFor(keySetRoot, "aura-keyset+jwt"), canonicalJson(value));
      const given = { origin: (value as { origin: string } | null)?.origin ?? "", nowMs: keySet.nowMs };
      const opened = openKeySet(keySetRoot.publicKey, jws, given);
      // A set of another time or place is one all the same.
      return opened.ok || ["not_yet_valid", "expired", "other_origin"].includes(opened.reason);
    },
  },
  {
    file: "aura-founding-1.json",
    values: [
      founding.statement,
      {
        ...founding.statement,
        approvers: [
          ...(founding.statement["approvers"] as JsonValue[]),
          { id: "another", key: { ...signerFromSeed(new Uint8Array(32)).publicKey } },
        ],
        refounds: { size: 5, root: "A".repeat(43), lost: { from: 3, count: 2 }, reason: "a restore" },
      },
    ],
    reads: (value) => openFounding(unsigned("aura-founding+jwt", value)).ok,
  },
  {
    file: "aura-entry-1.json",
    values: entries.entries.map(({ text }) => parsed(text)),
    reads: (value) => takes(() => (parseEntry(canonicalJson(value)).kind === "entry" ? true : undefined)),
  },
  {
    file: "aura-log-1.header.json",
    values: [lines[0], chain.lines[0]].map((line) => parsed(line ?? "")),
    reads: (value) => parseLogHeader(canonicalJson(value)).kind === "header",
  },
  {
    file: "aura-log-1.line.json",
    values: [...lines.slice(1, 4), ...chain.lines.slice(1)].map(parsed),
    reads: (value) =>
      takes(() => {
        const line = parseLogLine(canonicalJson(value));
        return line !== undefined && parseEntry(line.text).kind === "entry" ? true : undefined;
      }),
  },
  {
    file: "aura-receipt-1.json",
    values: [
      receipt.receipt,
      { ...receipt.receipt, approvers: receipt.receipt.entries.slice(0, 1) },
    ] as unknown as JsonValue[],
    reads: (value) => isJsonObject(value) && readReceipt(value) !== undefined,
  },
  {
    file: "aura-outcome-1.json",
    values: [parsed(openText(receipt.receipt.entries.at(-1)?.entry.data["outcome"] as string).payload)],
    reads: (value) => isJsonObject(value) && readOutcome(value) !== undefined,
  },
  { file: "constraints.json", values: limits, reads: claims(readConstraints) },
  {
    file: "constraints.short.json",
    values: [...limits, ...SHORT()],
    reads: (value) => takes(() => parseConstraints(value)),
  },
  {
    file: "key-file.json",
    values: [{ ...signerFromSeed(new Uint8Array(32)).publicKey, d: encodeBase64url(new Uint8Array(32)) }],
    reads: async (value) => withFile(`${canonicalJson(value)}\n`, loadKeyFile),
  },
  {
    file: "aura-key-1.json",
    values: [
      {
        box: encodeBase64url(new Uint8Array(48)),
        format: "aura-key-1",
        kid: signerFromSeed(new Uint8Array(32)).publicKey.kid,
        logN: 17,
        nonce: encodeBase64url(new Uint8Array(12)),
        salt: encodeBase64url(new Uint8Array(32)),
      },
    ],
    reads: (value) => takes(() => readSealedKey(utf8(`${canonicalJson(value)}\n`))),
  },
  {
    file: "tool-call.json",
    values: [toolCall(await carried()), { ...toolCall(await carried()), other: {} }],
    reads: async (value) => (await mcpGuard()(value)).ok,
  },
  {
    file: "problem.json",
    values: [guardRefusal("proof_replayed").problem, guardRefusal("method_refused").problem],
    reads: () => true,
  },
  {
    file: "agent-fact.json",
    values: [
      { type: "agent.registered", data: { expiresMs: 1_900_000_000_000, owner: "finance" } },
      { type: "agent.registered", data: {} },
      { type: "agent.suspended", data: {} },
      { type: "agent.reactivated", data: {} },
      { type: "agent.revoked", data: {} },
      { type: "epoch.raised", data: { epoch: 2 } },
    ],
    reads: (value) => isFact(value) && counts(value),
  },
];

function isFact(value: JsonValue): value is JsonObject & AgentFact {
  return isJsonObject(value) && typeof value["type"] === "string" && isJsonObject(value["data"] ?? null);
}

const REGISTERED: AgentFact = { type: "agent.registered", data: {} };
const BEFORE: readonly (readonly AgentFact[])[] = [
  [],
  [REGISTERED],
  [REGISTERED, { type: "agent.suspended", data: {} }],
];

/** Whether it changes how some agent stands, and its end is a time. */
function counts(fact: AgentFact): boolean {
  const told = (facts: readonly AgentFact[]): string => JSON.stringify(agentStatus(facts));
  const end = fact.type === "agent.registered" ? (fact.data["expiresMs"] ?? null) : null;
  const changes = BEFORE.some((facts) => told([...facts, fact]) !== told(facts));
  return changes && agentStatus([fact]).expiresMs === end;
}

/** Fewer keys, so that thousands of sets are opened in time: each key costs a few milliseconds. */
function shortened(value: JsonValue): JsonValue {
  const set = value as JsonObject & { readonly keys: readonly JsonValue[] };
  return { ...set, keys: set.keys.slice(0, 1) };
}

/** One of every type, as people write it. */
function SHORT(): readonly JsonObject[] {
  return [
    { a: { exact: "x" }, b: { range: { min: 1, max: 2.5, max_inclusive: false } }, c: { one_of: ["a", 1, null] } },
    { a: { not_one_of: [{ b: [1] }] }, b: { contains: ["x"] }, c: { subset: ["x", "y"] }, d: { wildcard: {} } },
    { a: { all: [{ decimal: { min: "-1.50", max: "10" } }, { any: [{ exact: 0.5 }, { exact: null }] }] } },
    { a: { path: "/data/in" }, b: { url: { scheme: "https", host: "x.example", port: 8443, path: "/v1" } } },
    { a: { len: { min: 1, max: 200 } }, b: { constraint_type: "len", max: 3 } },
  ];
}

async function withFile(text: string, load: (path: string) => Promise<unknown>): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "aura-schema-"));
  try {
    writeFileSync(join(folder, "key"), text, { mode: 0o600 });
    await load(join(folder, "key"));
    return true;
  } catch (error) {
    if (isAuraError(error)) return false;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
