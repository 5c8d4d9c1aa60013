// Records what this landing writes into a folder of its own under golden/, which every later version must read (golden.test.ts):
// `<version>`, then `<version>-2` and so on for each landing that changes what is written. It adds a folder, and never writes in one that is there.
//   node --conditions=@aura/source packages/trust/test/record-golden.ts
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  answerChallenge,
  canonicalJson,
  cosignCheckpoint,
  delegateToken,
  encodeBase64url,
  formatTlogProof,
  formatVerifierKey,
  formatWitnessKey,
  issueChallenge,
  issueCredential,
  issueEnrolledCredential,
  memoryChainStore,
  memoryReplayMarks,
  mintExecutionToken,
  openKeySet,
  proveCall,
  signerFromSeed,
  signKeySet,
  systemRandom,
  verifyEnrolment,
} from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { createKeyFile } from "../src/key-file.ts";
import { ACTOR, appendMany, AUDIT_MS, linesOf, openChain, rootKey } from "./audit-world.ts";
import { aCall, aCredential, anAnchor, aToken, credentialIssuer, instance, NOW_MS, tokenIssuer } from "./call-world.ts";
import { aDelegation, child } from "./chain-world.ts";
import {
  createSealedKeyFile,
  DESK,
  type GoldenKeys,
  KEY_SET_ORIGIN,
  PASSPHRASE,
  READERS,
  readGolden,
} from "./golden-files.ts";
import { aNamespace, anOrgLog, ORG_KEY } from "./org-log-world.ts";
import { LOG_KEY, receiptOf, ROOT_KEY, sampleLog } from "./sample-log.ts";
import { votedLog } from "./voted-log.ts";
import { aWitness } from "./witness-world.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const named = (landing: number) =>
  new URL(`../golden/${version}${landing === 1 ? "" : `-${landing}`}/`, import.meta.url);
let landing = 1;
while (existsSync(named(landing))) landing += 1;
const folder = named(landing);
mkdirSync(folder, { recursive: true });

const kept = new Map<string, Uint8Array>();
const keep = (name: string, content: string | Uint8Array): void => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  writeFileSync(new URL(name, folder), bytes, { flag: "wx" });
  kept.set(name, bytes);
};
const keepJson = (name: string, value: unknown): void => keep(name, `${canonicalJson(value as JsonValue)}\n`);

// A stand-alone chain under a root, with facts about agents; a checkpoint of it from before, and the last one with two witnesses.
const chain = await openChain(memoryChainStore(), { root: rootKey });
const fact = (type: string, agent: string, data = {}) => chain.append(type, { agent, ...data }, { actor: ACTOR });
await appendMany(chain, 40);
await fact("agent.registered", "refunds", { expiresMs: NOW_MS + 86_400_000 });
await fact("agent.registered", "reports");
const older = await chain.checkpoint();
await fact("agent.suspended", "refunds");
await fact("agent.revoked", "reports");
await appendMany(chain, 30, 40);
const { note } = await chain.checkpoint();
const witnesses = [aWitness(11), aWitness(12, "witness.example/w2")];
const lines = await Promise.all(
  witnesses.map(({ signer, key: { name } }) => cosignCheckpoint(signer, { name, note, timeMs: AUDIT_MS + 1_000 })),
);
const cosigned = note + lines.join("");
const exported = await linesOf(chain);
const header = canonicalJson({ ...(JSON.parse(exported[0] ?? "") as object), checkpoint: cosigned });
keep("log.jsonl", [header, ...exported.slice(1)].map((line) => `${line}\n`).join(""));
keep("log.older.note", older.note);
keep("log.cosigned.note", cosigned);
const { proof } = await chain.prove(41);
const extra = new TextEncoder().encode(/^\{"entry":(.*),"leaf":/.exec(exported[42] ?? "")?.[1]);
keep("entry.tlog-proof", formatTlogProof({ index: 41, proof, note: cosigned, extra }));

// Receipts of a mission that a rule approved, and of one that a vote did.
keepJson("receipt.json", await receiptOf(await sampleLog()));
keepJson("receipt.votes.json", await receiptOf(await votedLog()));

// A call under a token, and one under a delegated chain.
const root = await mintExecutionToken(tokenIssuer, aToken({ maxDepth: 2 }));
const once = await delegateToken(instance, aDelegation(root, { maxDepth: 2 }));
const twice = await delegateToken(child, aDelegation(once, { key: instance.publicKey, maxDepth: 2, jti: "token-3" }));
const { call, tool, commitment } = aCall();
const proven = { call, tool, commitment, audience: anAnchor().audience, nowMs: NOW_MS };
const own = await issueCredential(credentialIssuer, aCredential());
const helper = await issueCredential(
  credentialIssuer,
  aCredential({ key: child.publicKey, instance: "i-2", jti: "credential-2" }),
);
keepJson("calls.json", {
  anchors: anAnchor(),
  call: aCall(),
  presented: [
    { credential: own, token: root, proof: await proveCall(instance, { ...proven, token: root, jti: "proof-1" }) },
    { credential: helper, token: once, proof: await proveCall(child, { ...proven, token: once, jti: "proof-2" }) },
    { credential: own, token: twice, proof: await proveCall(instance, { ...proven, token: twice, jti: "proof-3" }) },
  ],
});

// Two key sets, the second after the first.
const life = { notBeforeMs: NOW_MS - 1_000, expiresMs: NOW_MS + 86_400_000 };
const terms = {
  origin: KEY_SET_ORIGIN,
  ...life,
  keys: [
    { ...credentialIssuer.publicKey, use: "credential" as const, ...life },
    { ...tokenIssuer.publicKey, use: "token" as const, ...life },
  ],
};
const first = await signKeySet(rootKey, terms);
const opened = openKeySet(rootKey.publicKey, first, { origin: KEY_SET_ORIGIN, nowMs: NOW_MS });
if (!opened.ok) throw new Error(opened.reason);
keep("key-set.1.jws", first);
keep("key-set.2.jws", await signKeySet(rootKey, { ...terms, keys: terms.keys.slice(0, 1) }, opened.keySet));

// An enrolment, from challenge to credential.
const { org, namespace, agent } = { org: "acme.example", namespace: "payments", agent: "refunds" };
const nonce = encodeBase64url(new Uint8Array(32).fill(21));
const challenge = await issueChallenge(credentialIssuer, {
  ...DESK,
  org,
  namespace,
  agent,
  instance: "i-3",
  owner: "position-7",
  authority: "L2",
  nonce,
  nowMs: NOW_MS,
  ttlMs: 60_000,
});
const issuers = [credentialIssuer.publicKey];
const { audience } = DESK;
const possession = await answerChallenge(instance, {
  challenge,
  issuers,
  audience,
  org,
  namespace,
  agent,
  nowMs: NOW_MS,
});
const replay = memoryReplayMarks({ clock: { nowMs: () => NOW_MS - 60_000 } });
const enrolment = await verifyEnrolment({ ...DESK, issuers, replay, nowMs: NOW_MS }, { challenge, possession });
if (!enrolment.ok) throw new Error(enrolment.reason);
const epochs = { org: 1, namespace: 1, agent: 1 };
const credential = await issueEnrolledCredential(credentialIssuer, enrolment, {
  epochs,
  nowMs: NOW_MS,
  ttlMs: 3_600_000,
  jti: "credential-3",
});
keepJson("enrolment.json", { challenge, possession, credential });

// Key files.
const scratch = mkdtempSync(join(tmpdir(), "aura-record-"));
await createKeyFile(join(scratch, "plain"), systemRandom);
await createSealedKeyFile(join(scratch, "sealed"), systemRandom, () => PASSPHRASE, 15);
keep("plain.key", readFileSync(join(scratch, "plain")));
keep("sealed.key", readFileSync(join(scratch, "sealed")));
rmSync(scratch, { recursive: true });

// A namespace's checkpoint, anchored in the log of its organisation.
const { orgLog, clock } = await anOrgLog();
const tenant = await aNamespace("payments");
await orgLog.register(tenant.key);
await tenant.grow(5);
await orgLog.submit({ note: (await tenant.chain.checkpoint()).note, prove: () => [] });
await orgLog.tick();
clock.pass(orgLog.tickMs);
await orgLog.tick();
const orgLines: string[] = [];
for await (const line of orgLog.export()) orgLines.push(`${line}\n`);
keep("org-log.jsonl", orgLines.join(""));
keep("anchored.tlog-proof", await orgLog.anchored(tenant.origin));

// What a verifier is given from outside, and what it answers.
const keys: GoldenKeys = {
  log: chain.verifierKey,
  logRoot: rootKey.publicKey,
  receipt: formatVerifierKey(LOG_KEY.name, LOG_KEY.key),
  receiptRoot: ROOT_KEY,
  witnesses: witnesses.map(({ key }) => formatWitnessKey(key.name, key.key)),
  namespace: tenant.chain.verifierKey,
  orgLog: formatVerifierKey(ORG_KEY.name, ORG_KEY.key),
  keySetRoot: signerFromSeed(new Uint8Array(32).fill(42)).publicKey,
  credentialIssuer: credentialIssuer.publicKey,
  nowMs: NOW_MS,
};
keepJson("keys.json", keys);
const read = (name: string): Uint8Array => kept.get(name) ?? new Uint8Array();
const answers = await Promise.all(
  Object.keys(READERS).map(async (name) => [name, (await readGolden(name, read(name), read)) ?? null] as const),
);
keepJson("answers.json", Object.fromEntries(answers));
