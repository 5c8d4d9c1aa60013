// Records what this version writes into golden/<version>/, once for each landing that changes a version; every later version must
// read it (golden.test.ts). A folder that is there is never written again.
//   node --conditions=@aura/source packages/trust/test/record-golden.ts
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  canonicalJson,
  delegateToken,
  formatVerifierKey,
  issueCredential,
  memoryChainStore,
  mintExecutionToken,
  proveCall,
} from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { appendMany, linesOf, openChain, rootKey } from "./audit-world.ts";
import { aCall, aCredential, anAnchor, aToken, credentialIssuer, instance, NOW_MS, tokenIssuer } from "./call-world.ts";
import { aDelegation, child } from "./chain-world.ts";
import { LOG_KEY, receiptOf, ROOT_KEY, sampleLog } from "./sample-log.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const folder = new URL(`../golden/${version}/`, import.meta.url);
mkdirSync(new URL("../golden/", import.meta.url), { recursive: true });
mkdirSync(folder); // throws if it is there

const keep = (name: string, text: string): void => {
  writeFileSync(new URL(name, folder), text, { flag: "wx" });
};
const keepJson = (name: string, value: unknown): void => {
  keep(name, `${canonicalJson(value as JsonValue)}\n`);
};

// A stand-alone chain under a root, and a checkpoint of it from before.
const chain = await openChain(memoryChainStore(), { root: rootKey });
await appendMany(chain, 70);
const older = await chain.checkpoint();
await appendMany(chain, 30, 70);
await chain.checkpoint();
keep("log.jsonl", (await linesOf(chain)).map((line) => `${line}\n`).join(""));
keep("log.older.note", older.note);

// A mission's receipt.
keepJson("receipt.json", await receiptOf(await sampleLog()));

// A call under a token, and one under a delegated chain.
const root = await mintExecutionToken(tokenIssuer, aToken({ maxDepth: 1 }));
const delegated = await delegateToken(instance, aDelegation(root, { maxDepth: 1 }));
const { call, tool, commitment } = aCall();
const proven = { call, tool, commitment, audience: anAnchor().audience, nowMs: NOW_MS };
keepJson("calls.json", {
  anchors: anAnchor(),
  call: aCall(),
  presented: [
    {
      credential: await issueCredential(credentialIssuer, aCredential()),
      token: root,
      proof: await proveCall(instance, { ...proven, token: root, jti: "proof-1" }),
    },
    {
      credential: await issueCredential(
        credentialIssuer,
        aCredential({ key: child.publicKey, instance: "i-2", jti: "credential-2" }),
      ),
      token: delegated,
      proof: await proveCall(child, { ...proven, token: delegated, jti: "proof-2" }),
    },
  ],
});

// What a verifier is given from outside.
keepJson("keys.json", {
  log: chain.verifierKey,
  logRoot: rootKey.publicKey,
  receipt: formatVerifierKey(LOG_KEY.name, LOG_KEY.key),
  receiptRoot: ROOT_KEY,
});
