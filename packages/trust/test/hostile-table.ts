import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyOrgLog } from "../src/index.ts";
import * as trust from "../src/index.ts";
import type { AgentFact, Hash, JsonObject, JsonValue, Receipt, WitnessStore } from "../src/index.ts";
import { fileChainStore } from "../src/file-chain-store.ts";
import { loadKeyFile, loadSealedKeyFile } from "../src/key-file.ts";
import { orgLogFolder } from "../src/file-chain-store.ts";
import { readSealedKey } from "../src/key-file-box.ts";
import { judgeLog, judgeReceipt } from "../src/verify.ts";
import { aCall, anAnchor, credentialIssuer, instance, NONCE, NOW_MS, present } from "./call-world.ts";
import { aChain, aRoot, child } from "./chain-world.ts";
import { aNamespace, anOrgLog, ORG_KEY } from "./org-log-world.ts";
import { carried, httpGuard, mcpGuard, NAMES, post, toolCall } from "./guard-world.ts";
import { openChain } from "./audit-world.ts";
import { readVectors, utf8 } from "./vector-file.ts";
import { aTree, aWitness, memoryWitnessStore, WITNESSED_MS } from "./witness-world.ts";
import { LOG_KEY, ORIGIN, ROOT_KEY, sampleSigner } from "./sample-log.ts";

/** A door that takes what strangers send: what is right for it, and how it is asked. */
export interface HostileRow {
  /** The exports that it drives. */
  readonly drives: readonly string[];
  readonly as?: string;
  readonly ask: (given: never) => unknown;
  /** True where something that was changed may still be in order: lines of strangers, texts that nobody vouches for. */
  readonly lenient?: true;
}
interface TextRow extends HostileRow {
  readonly kind: "text";
  readonly valid: readonly string[];
}
interface BytesRow extends HostileRow {
  readonly kind: "bytes";
  readonly valid: readonly Uint8Array[];
}
interface ValueRow extends HostileRow {
  readonly kind: "value";
  readonly valid: readonly JsonValue[];
}

const log = readVectors<{ file: string; since: string }>("log.json");
const cosigned = readVectors<{ witnessKey: string; cosigned: { note: string }[] }>("cosignature.json");
const checkpoints = readVectors<{ checkpoints: { note: string }[] }>("checkpoint.json");
const entries = readVectors<{ entries: { text: string; leaf: Hash }[]; unknown: { text: string }[] }>("entry.json");
const founding = readVectors<{ jws: string }>("founding.json");
const keySet = readVectors<{ root: trust.PublicKey; nowMs: number; sets: { text: string }[] }>("key-set.json");
const receipt = readVectors<{ receipt: Receipt & JsonObject; verifierKey: string }>("receipt.json");
const enrolment = readVectors<{
  issuer: trust.PublicKey;
  claims: { issuer: string; audience: string; org: string; namespace: string; agent: string };
  challenge: { text: string };
  possession: { text: string };
  answeredMs: number;
}>("enrolment-challenge.json");
const golden = (name: string) => readFileSync(new URL(`../golden/0.0.0/${name}`, import.meta.url), "utf8");

const call = await present();
const chain = await aChain();
const shownMeta = toolCall(await carried()) as unknown as JsonObject;
const note = checkpoints.checkpoints[1]?.note ?? "";
const witness = aWitness();
const tree = aTree();
const request = `old 0\n\n${await tree.checkpoint(5)}`;
const proofText = trust.formatTlogProof({ index: 3, proof: [], note, extra: utf8("x") });
const noCheck = { key: LOG_KEY, root: ROOT_KEY };
const limits = { amount: { decimal: { max: "100.00" } }, to: { any: [{ exact: "a" }, { path: "/data" }] } };
const parsedLimits = trust.parseConstraints({
  ...limits,
  url: { url: { scheme: "https", host: "a.example" } },
  n: { len: { max: 3 } },
  r: { range: { min: 0 } },
  s: { subset: ["a"] },
});
const registered: AgentFact = { type: "agent.registered", data: {} };
const sealed = `{"box":"${"A".repeat(64)}","format":"aura-key-1","kid":"k","logN":15,"nonce":"${"A".repeat(16)}","salt":"${"A".repeat(43)}"}\n`;
const { orgLog } = await anOrgLog();
const namespace = await aNamespace("payments");
await orgLog.register(namespace.key);
await orgLog.submit({ note: (await namespace.chain.checkpoint()).note, prove: () => [] });
await orgLog.tick();
const anchored = await orgLog.anchored(namespace.origin);
const orgLines: string[] = [];
for await (const line of orgLog.export()) orgLines.push(`${line}\n`);

const text = (
  drives: string | readonly string[],
  valid: readonly string[],
  ask: (given: string) => unknown,
  rest: object = {},
): TextRow => ({
  kind: "text",
  drives: [drives].flat(),
  valid,
  ask,
  ...rest,
});
const bytes = (
  drives: string | readonly string[],
  valid: readonly (string | Uint8Array)[],
  ask: (given: Uint8Array) => unknown,
  rest: object = {},
): BytesRow => ({
  kind: "bytes",
  drives: [drives].flat(),
  valid: valid.map((one) => (typeof one === "string" ? utf8(one) : one)),
  ask,
  ...rest,
});
const value = (
  drives: string | readonly string[],
  valid: readonly JsonValue[],
  ask: (given: never) => unknown,
  rest: object = {},
): ValueRow => ({
  kind: "value",
  drives: [drives].flat(),
  valid,
  ask,
  ...rest,
});

const shown = (part: "credential" | "token" | "proof", valid: readonly string[]) =>
  text("verifyCall", valid, (given) => trust.verifyCall(anAnchor(), { ...call, [part]: given }, aCall()), { as: part });

export const HOSTILE: readonly (TextRow | BytesRow | ValueRow)[] = [
  text("decodeBase64url", ["AAECAw", "", "__-_"], trust.decodeBase64url),
  text("parseCanonicalJson", ['{"a":[1,"é",null],"b":{}}', "1e+30"], (given) => trust.parseCanonicalJson(given)),
  bytes("parseCanonicalJson", ['{"a":[1,"é",null],"b":{}}'], (given) => trust.parseCanonicalJson(given), {
    as: "of bytes",
  }),
  value("canonicalJson", [{ a: [1, "x"], b: null }], trust.canonicalJson),
  value(["parseConstraints", "parseConstraint"], [limits], (given) => [
    quietly(() => trust.parseConstraint(given)),
    trust.parseConstraints(given),
  ]),
  value(
    ["evaluateConstraints", "evaluateConstraint"],
    [{ amount: "1", to: "/data/x", url: "https://a.example/", n: "ab", r: 1, s: ["a"] }],
    (given: JsonObject) =>
      [parsedLimits, null]
        .map((all) => trust.evaluateConstraints(all, given))
        .concat(Object.values(parsedLimits).map((one) => trust.evaluateConstraint(one, given))),
  ),
  value(["agentStatus", "agentStanding"], [{ expiresMs: 5 }, {}], (data: JsonObject) =>
    trust.agentStanding(
      trust.agentStatus([
        { ...registered, data: isJsonObject(data) ? data : {} },
        { type: "agent.revoked", data: {} },
      ]),
      0,
    ),
  ),
  text("verifyJws", [call.credential, founding.jws], (given) =>
    trust.verifyJws(given, "wit+jwt", [credentialIssuer.publicKey]),
  ),
  bytes("verifyEd25519", [new Uint8Array(64).fill(1)], (given) =>
    trust.verifyEd25519(instance.publicKey, utf8("m"), given),
  ),
  value(["admitPublicKey", "admitTrustAnchor"], [{ ...instance.publicKey, use: "sig" }], (given) => [
    trust.admitPublicKey(given),
    trust.admitTrustAnchor(given),
  ]),
  bytes("publicKeyFromBytes", [trust.publicKeyBytes(instance.publicKey)], trust.publicKeyFromBytes),
  text("publicKeyBytes", [instance.publicKey.x], (x) => trust.publicKeyBytes({ ...instance.publicKey, x })),
  shown("credential", [call.credential]),
  shown("token", [call.token, chain, await aRoot()]),
  shown("proof", [call.proof]),
  value(
    "verifyCall",
    [{ amount: "42.00", order: 7 }],
    (given: JsonObject) => trust.verifyCall(anAnchor(), call, { ...aCall(), arguments: given }),
    {
      as: "arguments",
      lenient: true, // the commitment, which is held against the proof, is the caller's to make
    },
  ),
  text(
    "verifyEnrolment",
    [enrolment.challenge.text],
    (challenge) => trust.verifyEnrolment(desk(), { challenge, possession: enrolment.possession.text }),
    { as: "challenge" },
  ),
  text(
    "verifyEnrolment",
    [enrolment.possession.text],
    (possession) => trust.verifyEnrolment(desk(), { challenge: enrolment.challenge.text, possession }),
    { as: "possession" },
  ),
  text("answerChallenge", [enrolment.challenge.text], (challenge) => {
    const { audience, org, namespace: named, agent } = enrolment.claims;
    return trust.answerChallenge(instance, {
      challenge,
      issuers: [enrolment.issuer],
      audience,
      org,
      namespace: named,
      agent,
      nowMs: enrolment.answeredMs,
    });
  }),
  text("delegateToken", [chain, await aRoot()], (parent) =>
    trust.delegateToken(child, {
      parent,
      key: instance.publicKey,
      tools: { refund: parsedLimitsOf() },
      nowMs: NOW_MS,
      ttlMs: 1_000,
      jti: "j",
    }),
  ),
  ...(["credential", "token", "proof", "nonce"] as const).map(
    (part) =>
      text(
        "createGuard",
        [{ ...call, nonce: NONCE }[part]],
        async (given) => {
          const asked = post(await carried());
          asked.headers.set(NAMES.header[part], headerValue(given));
          return httpGuard()(asked);
        },
        { as: part, lenient: true },
      ), // white space around a header is not in it
  ),
  bytes(
    "createGuard",
    ['{"amount":"42.00","order":7}'],
    async (body) => httpGuard()(post(await carried(), { body: body as Uint8Array<ArrayBuffer> })),
    { as: "body" },
  ),
  value("createToolCallGuard", [shownMeta], (given) => mcpGuard()(given), { lenient: true }), // other members of params are left alone
  text(
    ["openCheckpoint", "inspectCheckpoint"],
    [note],
    (given) => [trust.inspectCheckpoint(given), trust.openCheckpoint(given, LOG_KEY)][1],
    { lenient: true },
  ),
  text(
    "openCosignature",
    cosigned.cosigned.map((one) => one.note),
    (given) => trust.openCosignature(given, trust.parseWitnessKey(cosigned.witnessKey)),
    { lenient: true },
  ),
  text("cosignCheckpoint", [note], (given) =>
    trust.cosignCheckpoint(witness.signer, { name: "w", note: given, timeMs: WITNESSED_MS }),
  ),
  text("parseWitnessKey", [cosigned.witnessKey], trust.parseWitnessKey),
  text("parseVerifierKey", [receipt.verifierKey], trust.parseVerifierKey),
  text("namespaceOfOrigin", [ORIGIN], (given) => typeof given === "string" && trust.namespaceOfOrigin(given)),
  text(
    "parseEntry",
    [...entries.entries.slice(0, 4), ...entries.unknown].map((one) => one.text),
    trust.parseEntry,
  ),
  value(
    "encodeEntry",
    entries.entries.slice(0, 3).map((one) => JSON.parse(one.text) as JsonValue),
    (given: never) => trust.encodeEntry(claimOf(given)),
  ),
  value(["isHash", "isCommitment", "isAuraError"], ["A".repeat(43)], (given) => [
    trust.isHash(given),
    trust.isCommitment(given),
    trust.isAuraError(given),
  ]),
  text("openFounding", [founding.jws], (given) => [trust.openFounding(given), trust.openFounding(given, ROOT_KEY)][1]),
  text(
    "openKeySet",
    keySet.sets.map((one) => one.text),
    (given) => trust.openKeySet(keySet.root, given, { origin: "acme.example/aura/payments", nowMs: keySet.nowMs }),
  ),
  bytes(
    ["logLines", "verifyLog", "judgeLog"],
    [log.file, golden("log.jsonl").split("\n").slice(0, 3).join("\n")],
    async (given) => {
      await judgeLog(trust.logLines([given]), noCheck).catch(typed);
      return trust.verifyLog(trust.logLines([given]), { ...noCheck, since: log.since });
    },
  ),
  text(
    ["verifyLog", "judgeLog"],
    log.file.split("\n"),
    (given) => trust.verifyLog([log.file.split("\n")[0] ?? "", typeof given === "string" ? given : ""], noCheck),
    { as: "lines" },
  ),
  text("verifyLog", [log.since], (since) => trust.verifyLog(log.file.trimEnd().split("\n"), { ...noCheck, since }), {
    as: "since",
    lenient: true,
  }),
  text(
    ["parseTlogProof", "verifyTlogProof"],
    [proofText],
    (given) => [trust.parseTlogProof(given), trust.verifyTlogProof(given, trust.EMPTY_ROOT, { key: LOG_KEY })][1],
  ),
  value(
    "verifyInclusion",
    [
      {
        leaf: trust.EMPTY_ROOT,
        index: 1,
        size: 3,
        proof: [trust.EMPTY_ROOT, trust.EMPTY_ROOT],
        root: trust.EMPTY_ROOT,
      },
    ],
    (given) => trust.verifyInclusion(claimOf(given)),
  ),
  value(
    "verifyConsistency",
    [
      {
        from: 1,
        to: 3,
        proof: [trust.EMPTY_ROOT, trust.EMPTY_ROOT],
        fromRoot: trust.EMPTY_ROOT,
        toRoot: trust.EMPTY_ROOT,
      },
    ],
    (given) => trust.verifyConsistency(claimOf(given)),
  ),
  value(
    ["verifyReceipt", "judgeReceipt", "judgeVotes"],
    [receipt.receipt],
    (given) => {
      judgeReceipt(given, noCheck);
      return trust.verifyReceipt(given, noCheck);
    },
    { lenient: true },
  ), // `witnesses` are names that nobody believes
  text("commit", [NONCE], (given) => trust.commit(given, "{}")),
  text("nodeHash", [trust.EMPTY_ROOT], (given) => trust.nodeHash(given as Hash, trust.EMPTY_ROOT)),
  bytes(
    "openWitness",
    [request],
    async (given) => {
      const store = memoryWitnessStore();
      const opened = await trust.openWitness({
        name: witness.key.name,
        signer: witness.signer,
        logs: [LOG_KEY],
        store,
        clock: { nowMs: () => WITNESSED_MS },
      });
      return opened.addCheckpoint(given);
    },
    { as: "request" },
  ),
  text(
    "openWitness",
    [cosigned.cosigned[0]?.note ?? ""],
    (given) => {
      const store: WitnessStore = { where: "here", load: async () => given, save: async () => undefined };
      return trust.openWitness({ name: witness.key.name, signer: witness.signer, logs: [LOG_KEY], store });
    },
    { as: "state", lenient: true },
  ),
  bytes("submitCheckpoint", ["5\n", "\u2014 witness.example/w1 AAAA\n"], async (given) =>
    Promise.all(
      [200, 409, 418].map(async (status) =>
        trust.submitCheckpoint({
          note: await tree.checkpoint(5),
          witnesses: [{ key: witness.key, url: "https://w.example" }],
          quorum: 1,
          prove: () => [],
          fetch: async () => new Response(given as Uint8Array<ArrayBuffer>, { status }),
          signal: new AbortController().signal,
        }),
      ),
    ),
  ),
  bytes(
    ["fileChainStore", "openAuditChain"],
    [journalOf(entries.entries.slice(0, 2).map((one) => one.text))],
    (given) =>
      inFolder({ journal: given }, async (folder) => {
        const opened = await openChain(fileChainStore(folder), {}, sampleSigner("log"));
        await opened.close();
      }),
    { as: "journal" },
  ),
  bytes(
    ["fileChainStore", "openAuditChain"],
    [note],
    (given) =>
      inFolder({ journal: utf8(journalOf([])), checkpoint: given, "checkpoint.witnessed": given }, async (folder) => {
        const opened = await openChain(fileChainStore(folder), {}, sampleSigner("log"));
        await opened.close();
      }),
    { as: "checkpoint" },
  ),
  bytes(
    "fileChainStore",
    ['{"pid":1}'],
    (given) =>
      inFolder({ owner: given, journal: utf8(journalOf([])) }, async (folder) => {
        const store = fileChainStore(folder);
        await store.open();
        await store.close();
      }),
    { as: "owner" },
  ),
  bytes("loadKeyFile", [keyText()], (given) => inFolder({ key: given }, (folder) => loadKeyFile(join(folder, "key")))),
  bytes(
    ["loadSealedKeyFile", "resealKeyFile"],
    [sealed],
    (given) => {
      const read = quietly(() => readSealedKey(given)); // without the cost of a guess for each
      return read === undefined
        ? inFolder({ key: given }, (folder) =>
            loadSealedKeyFile(join(folder, "key"), () => utf8("correct horse battery")),
          )
        : read;
    },
    { lenient: true },
  ),
  text(
    ["verifyAnchored", "isAnchored", "withGrowth"],
    [anchored],
    (given) => {
      trust.isAnchored(given);
      quietly(() => trust.withGrowth(given, { from: 1, proof: [] }));
      return trust.verifyAnchored(given, { key: namespace.key, orgLog: ORG_KEY });
    },
    { lenient: true },
  ),
  bytes("verifyOrgLog", [orgLines.join("")], (given) => verifyOrgLog(trust.logLines([given]), { key: ORG_KEY })),
  bytes("orgLogFolder", ['{"format":"x"}'], (given) =>
    inFolder({ state: given }, async (folder) => {
      const store = orgLogFolder(folder);
      await store.open();
      await store.close();
    }),
  ),
];

/** Exports that strangers cannot reach: they take what the caller, who holds the keys, made or verified, and no text of others. */
export const OURS: Readonly<Record<string, string>> = {
  "makers of our own statements":
    "issueCredential issueEnrolledCredential issueChallenge mintExecutionToken proveCall signJws signCheckpoint signFounding signKeySet",
  "writers of what was parsed or made":
    "logEntryLine callHeaders callMeta encodeBase64url formatTlogProof formatVerifierKey formatWitnessKey logHeaderLine verifierKeyOf witnessKeyOf explainRefusal",
  "hashes and trees over any bytes":
    "emptyRoot merkleRoot hashBytes hashText sha256 leafHash consistencyProof extendTree inclusionProof tilePath treeRoot Frontier TreeNodes",
  "keys and dice of ours":
    "generateKey signerFromSeed signerFromCryptoKey signerFromKeyObject newNonce uuidv7 createKeyFile createSealedKeyFile passphraseFromDescriptor",
  "what was opened": "anchorsOf keysOf subsumes subsumesConstraints wrapTool",
  "stores of one process": "memoryChainStore memoryOrgLogStore memoryReplayMarks FileChainStore openOrgLog",
  "errors and assertions": "AuraError TrustError InvariantViolation invariant unreachable",
};

function desk(): trust.EnrolmentDesk {
  const { issuer, audience } = enrolment.claims;
  const clock = { nowMs: () => enrolment.answeredMs - 10_000 };
  return {
    issuers: [enrolment.issuer],
    issuer,
    audience,
    replay: trust.memoryReplayMarks({ clock }),
    nowMs: enrolment.answeredMs,
  };
}

function parsedLimitsOf() {
  return { amount: { decimal: { max: "1" } }, order: { range: { min: 1, max: 2 } } };
}

function keyText(): string {
  const { kty, crv, x, kid } = trust.signerFromSeed(new Uint8Array(32)).publicKey;
  return `${trust.canonicalJson({ crv, d: trust.encodeBase64url(new Uint8Array(32)), kid, kty, x })}\n`;
}

function journalOf(texts: readonly string[]): string {
  const body = texts.map((one) => `${one}\n`).join("");
  const frame = trust.canonicalJson({
    bytes: utf8(body).length,
    entries: texts.length,
    hash: trust.hashBytes(utf8(body)),
  });
  return `{"base":0,"format":"aura-journal-1"}\n${texts.length === 0 ? "" : `${frame}\n${body}`}`;
}

async function inFolder(
  files: { readonly [name: string]: Uint8Array | string },
  act: (folder: string) => Promise<unknown>,
): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "aura-hostile-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What no HTTP message can carry in a header is left out of it. */
function headerValue(given: unknown): string {
  return typeof given === "string" ? given.replaceAll(/[^\x20-\x7e\x80-\xff]/g, "").trim() : "";
}

/** Nothing for a typed refusal; any other throw comes through. */
export function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    return typed(error);
  }
}

function typed(error: unknown): undefined {
  if (trust.isAuraError(error)) return undefined;
  throw error;
}

function isJsonObject(given: unknown): given is JsonObject {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

/** The record of a claim is the caller's; what stands in it is the stranger's. */
function claimOf<Claim>(given: Claim): Claim {
  return isJsonObject(given) ? given : ({} as Claim);
}
