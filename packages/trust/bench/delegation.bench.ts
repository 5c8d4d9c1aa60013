// What a delegated chain costs over one Ed25519 verification by node:crypto with a cached key, in one run:
// `node --conditions=@aura/source packages/trust/bench/delegation.bench.ts`. CPU time; the ratio is taken round by round.
// Twice: over verifying one signature again and again, whose branches a processor soon knows by heart, and over `bare`: what
// the very signatures of the chain and the proof cost node:crypto, in turn, with their bytes and keys at hand.
// Cold: no link of the chain is known to the verifier; its holders' keys and the credential are (an instance shows both
// call after call). Cached: the chain was seen before, the proof never is.
import { createPublicKey, verify } from "node:crypto";
import { cpus } from "node:os";
import {
  type Anchors,
  type CallInQuestion,
  canonicalJson,
  commit,
  delegateToken,
  hashText,
  issueCredential,
  mintExecutionToken,
  newNonce,
  type PresentedCall,
  proveCall,
  type Signer,
  signerFromSeed,
  systemRandom,
  verifyCall,
} from "../src/index.ts";
import { VERIFIED_CHAINS_MAX } from "../src/verified-chain.ts";

const ROUNDS = 15;
const OPERATIONS = 200;
/** Shown in turn, none is known any more when its turn comes again. */
const CHAINS = VERIFIED_CHAINS_MAX + 88;
const LENGTHS = [1, 2, 3, 5, 9];
const COLD_MAX = 1.3;
const CACHED_MAX = 1.5;

const NOW_MS = 1_800_000_000_000;
const ISSUER = "https://acme.example";
const AUDIENCE = "https://acme.example/runtime";
const EPOCHS = { org: 0, namespace: 0, agent: 0, mission: 0 };
const BOUNDARY = hashText("boundary");

const issuer = signerFromSeed(new Uint8Array(32).fill(1));
const holders = Array.from({ length: 9 }, (_, index) => signerFromSeed(new Uint8Array(32).fill(10 + index)));
const message = systemRandom.bytes(300);
const signature = await issuer.sign(message);
const { kty, crv, x } = issuer.publicKey;
const nativeKey = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
const base = (): unknown => verify(null, message, nativeKey, signature);

const args = { amount: "42.00", order: 7 };
const call: CallInQuestion = {
  call: "mission/m1/call/1.1",
  mission: "m1",
  boundary: BOUNDARY,
  tool: "refund",
  arguments: args,
  commitment: commit(newNonce(systemRandom), canonicalJson(args)),
};
const anchors: Anchors = {
  org: "acme.example",
  namespace: "payments",
  audience: AUDIENCE,
  credentialIssuers: [issuer.publicKey],
  tokenIssuers: [issuer.publicKey],
  nowMs: NOW_MS,
  epochs: EPOCHS,
  evidenceMs: NOW_MS,
};
let serial = 0;

process.stdout.write(
  `Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? "unknown CPU"}\n` +
    `CPU time, medians of ${ROUNDS} rounds of ${OPERATIONS}; x is to node:crypto verify with a cached key, same round\n`,
);
const callsByLength = new Map<number, readonly PresentedCall[]>();
for (const length of LENGTHS) callsByLength.set(length, await shown(length, CHAINS));
for (const calls of callsByLength.values()) for (const presented of calls) judge(presented); // warm: what compiles is compiled
for (const [length, calls] of callsByLength) {
  row(`chain of ${length} and proof, cold`, COLD_MAX * (length + 1), calls);
  row(`chain of ${length} and proof, cached`, CACHED_MAX, calls.slice(0, 1));
}

/** Verifies by node:crypto what a call shows, and nothing else of it: of the chain's links those that are given, and the proof. */
function bareVerifies({ token, proof }: PresentedCall, links: "all links" | "no link"): () => void {
  const texts = [...(links === "all links" ? token.split("~") : []), proof];
  const parts = texts.map((text) => {
    const [header = "", payload = "", signed = ""] = text.split(".");
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { readonly kid: string };
    const signer = [issuer, ...holders].find(({ publicKey }) => publicKey.kid === kid) ?? issuer;
    const key = createPublicKey({ key: { kty, crv, x: signer.publicKey.x }, format: "jwk" });
    return { bytes: Buffer.from(`${header}.${payload}`), key, signature: Buffer.from(signed, "base64url") };
  });
  return () => {
    for (const { bytes, key, signature: signed } of parts)
      if (!verify(null, bytes, key, signed)) throw new Error("a signature of the benchmark is not in order");
  };
}

/** One line: medians of what verifying costs when the calls are shown in turn, beside the bar. */
function row(name: string, bar: number, calls: readonly PresentedCall[]): void {
  const judgeNext = inTurn(calls.map((presented) => () => judge(presented)));
  const verifyNext = inTurn(calls.map((call) => bareVerifies(call, calls.length > 1 ? "all links" : "no link")));
  cpuMicroseconds(judgeNext, 2 * CHAINS); // warm
  const rounds = Array.from({ length: ROUNDS }, () => {
    const one = cpuMicroseconds(base, OPERATIONS);
    const bare = cpuMicroseconds(verifyNext, OPERATIONS);
    const cost = cpuMicroseconds(judgeNext, OPERATIONS);
    return { cost, ratio: cost / one, bare: bare / one, over: cost / bare };
  });
  const [cost, ratio, bare, over] = (["cost", "ratio", "bare", "over"] as const).map((column) =>
    median(rounds.map((round) => round[column])),
  ) as [number, number, number, number];
  process.stdout.write(
    `${name.padEnd(32)} ${cost.toFixed(0)} us, ${ratio.toFixed(2)}x, bar ${bar.toFixed(1)}: ` +
      `${ratio <= bar ? "met" : "MISSED"}; bare ${bare.toFixed(2)}x, ${over.toFixed(2)} of that\n`,
  );
}

function inTurn(acts: readonly (() => void)[]): () => void {
  let next = 0;
  return () => {
    acts[next % acts.length]?.();
    next += 1;
  };
}

function judge(presented: PresentedCall): void {
  if (!verifyCall(anchors, presented, call).ok) throw new Error("a call of the benchmark is not in order");
}

/** Calls under as many chains that nobody has seen. */
async function shown(length: number, count: number): Promise<readonly PresentedCall[]> {
  const holder = holders[length - 1] ?? issuer;
  const credential = await credentialOf(holder);
  const calls: PresentedCall[] = [];
  for (let index = 0; index < count; index += 1) {
    const token = await chainOf(length);
    const jti = `proof-${(serial += 1)}`;
    const proof = await proveCall(holder, { ...call, audience: AUDIENCE, token, nowMs: NOW_MS, jti });
    calls.push({ credential, token, proof });
  }
  return JSON.parse(JSON.stringify(calls)) as PresentedCall[]; // as texts arrive: flat, and nobody's before
}

function credentialOf(holder: Signer): Promise<string> {
  return issueCredential(issuer, {
    issuer: ISSUER,
    org: "acme.example",
    namespace: "payments",
    agent: "refunds",
    instance: "i1",
    key: holder.publicKey,
    epochs: { org: 0, namespace: 0, agent: 0 },
    nowMs: NOW_MS,
    ttlMs: 3_600_000,
    jti: "c1",
  });
}

async function chainOf(length: number): Promise<string> {
  const [first = issuer] = holders;
  let chain = await mintExecutionToken(issuer, {
    issuer: ISSUER,
    audience: AUDIENCE,
    credential: { sub: "spiffe://acme.example/ns/payments/agent/refunds/i/i1", jti: "c1" },
    key: first.publicKey,
    mission: "m1",
    boundary: BOUNDARY,
    level: "L1",
    tools: limitsOf(0),
    epochs: EPOCHS,
    nowMs: NOW_MS,
    ttlMs: 300_000,
    maxDepth: 8,
    jti: `t${(serial += 1)}`,
  });
  for (let depth = 1; depth < length; depth += 1) {
    const [parentHolder = issuer, holder = issuer] = [holders[depth - 1], holders[depth]];
    chain = await delegateToken(parentHolder, {
      parent: chain,
      key: holder.publicKey,
      tools: limitsOf(depth),
      nowMs: NOW_MS,
      ttlMs: 300_000,
      maxDepth: 8,
      jti: `t${(serial += 1)}`,
    });
  }
  return chain;
}

/** Each link is narrower than the one before it. */
function limitsOf(depth: number) {
  return {
    refund: { amount: { decimal: { max: `${100 - depth}.00` } }, order: { range: { min: 1, max: 99 - depth } } },
  };
}

/** CPU time an operation. */
function cpuMicroseconds(act: () => unknown, operations: number): number {
  const before = process.cpuUsage();
  for (let index = 0; index < operations; index += 1) act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / operations;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
