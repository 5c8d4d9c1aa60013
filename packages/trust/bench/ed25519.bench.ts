// What the acceptance rule and the JWS around it cost over node:crypto alone, with a cached key, in one run:
// `node --conditions=@aura/source packages/trust/bench/ed25519.bench.ts`. CPU time, so that a busy machine does not
// decide; the ratio is taken round by round, because both sides of a round see the same machine. jose is a JOSE library that
// many know; its key is a KeyObject too, and it checks `typ`, `exp` and `iss` as well.
import { createPublicKey, verify } from "node:crypto";
import { cpus } from "node:os";
import { jwtVerify } from "jose";
import {
  canonicalJson,
  commit,
  hashText,
  issueCredential,
  mintExecutionToken,
  newNonce,
  proveCall,
  signerFromSeed,
  signJws,
  systemRandom,
  verifyCall,
  verifyEd25519,
  verifyJws,
} from "../src/index.ts";

const ROUNDS = 21;
const OPERATIONS = 300;

const issuer = signerFromSeed(new Uint8Array(32).fill(1));
const holder = signerFromSeed(new Uint8Array(32).fill(2));
const message = systemRandom.bytes(300);
const signature = await issuer.sign(message);
const { kty, crv, x } = issuer.publicKey;
const nativeKey = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
const jws = await signJws(issuer, "a+jwt", {
  iss: "https://acme.example",
  sub: "a".repeat(120),
  exp: 1_800_000_000,
  jti: "b".repeat(36),
});
const keys = [issuer.publicKey];
const { anchors, shown, call } = await aCall();

const joseOptions = { typ: "a+jwt", issuer: "https://acme.example", currentDate: new Date(1_790_000_000_000) };

const base = () => verify(null, message, nativeKey, signature);
const rows: readonly (readonly [string, () => unknown])[] = [
  ["node:crypto verify again (the noise)", base],
  ["verifyEd25519", () => verifyEd25519(issuer.publicKey, message, signature)],
  [`verifyJws, ${jws.length} characters`, () => verifyJws(jws, "a+jwt", keys)],
  ["jwtVerify of jose, the same", () => jwtVerify(jws, nativeKey, joseOptions)],
  ["verifyCall, dual token known", () => verifyCall(anchors, shown, call)],
];

process.stdout.write(
  `Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? "unknown CPU"}\n`,
);
process.stdout.write(
  `CPU time, medians of ${ROUNDS} rounds of ${OPERATIONS}; x is to node:crypto verify with a cached key, same round\n`,
);
for (const [name, act] of rows) {
  await measure(act); // warm
  const rounds: { readonly floor: number; readonly cost: number; readonly ratio: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor = await measure(base);
    const cost = await measure(act);
    rounds.push({ floor, cost, ratio: cost / floor });
  }
  const [cost, floor, ratio] = (["cost", "floor", "ratio"] as const).map((column) =>
    median(rounds.map((round) => round[column])),
  );
  process.stdout.write(
    `${name.padEnd(40)} ${cost?.toFixed(1)} us, base ${floor?.toFixed(1)} us, ${ratio?.toFixed(2)}x\n`,
  );
}

/** Microseconds of CPU time an operation; what answers at once is not awaited. */
async function measure(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < OPERATIONS; index += 1) {
    const answer = act();
    if (answer instanceof Promise) await answer;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / OPERATIONS;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

async function aCall() {
  const nowMs = 1_800_000_000_000;
  const epochs = { org: 0, namespace: 0, agent: 0, mission: 0 };
  const audience = "https://acme.example/runtime";
  const boundary = hashText("boundary");
  const iss = "https://acme.example";
  const credential = await issueCredential(issuer, {
    issuer: iss,
    org: "acme.example",
    namespace: "payments",
    agent: "refunds",
    instance: "i1",
    key: holder.publicKey,
    epochs: { org: 0, namespace: 0, agent: 0 },
    nowMs,
    ttlMs: 3_600_000,
    jti: "c1",
  });
  const token = await mintExecutionToken(issuer, {
    issuer: iss,
    audience,
    credential: { sub: "spiffe://acme.example/ns/payments/agent/refunds/i/i1", jti: "c1" },
    key: holder.publicKey,
    mission: "m1",
    boundary,
    level: "L1",
    tools: { refund: { amount: { decimal: { max: "100.00" } }, order: { range: { min: 1 } } } },
    epochs,
    nowMs,
    ttlMs: 300_000,
    jti: "t1",
  });
  const args = { amount: "42.00", order: 7 };
  const commitment = commit(newNonce(systemRandom), canonicalJson(args));
  const call = { call: "mission/m1/call/1.1", mission: "m1", boundary, tool: "refund", arguments: args, commitment };
  const proof = await proveCall(holder, { ...call, audience, token, nowMs, jti: "p1" });
  const anchors = {
    org: "acme.example",
    namespace: "payments",
    audience,
    credentialIssuers: keys,
    tokenIssuers: keys,
    nowMs,
    epochs,
    evidenceMs: nowMs,
  };
  const shown = { credential, token, proof };
  if (!verifyCall(anchors, shown, call).ok) throw new Error("the call of the benchmark is not in order");
  return { anchors, shown, call };
}
