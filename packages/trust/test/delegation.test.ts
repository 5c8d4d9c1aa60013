import { expect, it } from "vitest";
import {
  CHAIN_CHARS_MAX,
  delegateToken,
  type DelegationClaims,
  DELEGATION_DEPTH_MAX,
  hashText,
  JWS_CHARS_MAX,
  mintExecutionToken,
  type RefusalReason,
  type Signer,
  signerFromSeed,
} from "@aura/trust";
import { signingInputHash } from "../src/jws.ts";
import { chainHash } from "../src/token-chain.ts";
import { VERIFIED_CHAINS_CHARS_MAX, VERIFIED_CHAINS_MAX, VerifiedChains } from "../src/verified-chain.ts";
import { anAnchor, aToken, credentialIssuer, instance, judge, NOW_MS, stranger, tokenIssuer } from "./call-world.ts";
import {
  aChain,
  aDelegation,
  aLongChain,
  aRoot,
  child,
  type ChainDifferences,
  grandchild,
  judgeChain,
  REFUND,
  rewriteLast,
} from "./chain-world.ts";
import { changeAt, otherSpellings } from "./signed-text.ts";

const epochs = { org: 1, namespace: 1, agent: 1, mission: 1 };
const ROOT_SUB = aToken().credential.sub;

it("lets the holder of a delegated token call with its own credential, and says on whose authority", async () => {
  expect(await judgeChain(await aChain())).toEqual({
    ok: true,
    agent: "refunds",
    instance: "i-2",
    credential: "credential-2",
    token: "token-2",
    level: "L2",
    delegation: { from: ROOT_SUB, tokens: ["token-1", "token-2"] },
    evidenceAgeMs: 20,
  });
  expect(await judgeChain(await aLongChain(), { holder: grandchild })).toMatchObject({
    ok: true,
    token: "token-3",
    delegation: { tokens: ["token-1", "token-2", "token-3"] },
  });
});

it("lets an instance narrow what it holds for itself, under any credential that binds its key", async () => {
  const chain = await aChain({ key: instance.publicKey });
  expect(await judgeChain(chain, { holder: instance })).toMatchObject({ ok: true, token: "token-2" });
  const renewed = { jti: "credential-9" };
  expect(await judgeChain(chain, { holder: instance, credential: renewed })).toMatchObject({ ok: true });
});

it("treats a token that may be handed on like any other as long as it is not", async () => {
  const plain = await judge();
  expect(await judge({ token: { maxDepth: DELEGATION_DEPTH_MAX } })).toEqual(plain);
  expect(await mintExecutionToken(tokenIssuer, aToken({ maxDepth: 0 }))).toBe(
    await mintExecutionToken(tokenIssuer, aToken()),
  );
});

type Claims = { [claim: string]: unknown };

const refund = (limits: object): object => [{ type: "attenuating_agent_token", tools: { refund: limits } }];
const orphan = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => name !== "par_hash"));
const amount = { constraint_type: "decimal", max: "50.00" };
const order = { constraint_type: "range", min: 1, max: 9 };

/** What the root's holder may try to write into a child. */
const rewrites: [attack: string, change: (claims: Claims) => object, reason: RefusalReason][] = [
  [
    "a tool more",
    (claims) => ({
      ...claims,
      authorization_details: [{ type: "attenuating_agent_token", tools: { refund: { amount, order }, delete: {} } }],
    }),
    "delegation_wider",
  ],
  [
    "a wider limit",
    (claims) => ({
      ...claims,
      authorization_details: refund({ amount: { ...amount, max: "100.01" }, order }),
    }),
    "delegation_wider",
  ],
  ["a limit dropped", (claims) => ({ ...claims, authorization_details: refund({ amount }) }), "delegation_wider"],
  ["all limits dropped", (claims) => ({ ...claims, authorization_details: refund({}) }), "delegation_wider"],
  [
    "an argument more",
    (claims) => ({
      ...claims,
      authorization_details: refund({ amount, order, note: { constraint_type: "wildcard" } }),
    }),
    "delegation_wider",
  ],
  [
    "a limit of another type",
    (claims) => ({
      ...claims,
      authorization_details: refund({ amount: { constraint_type: "wildcard" }, order }),
    }),
    "delegation_wider",
  ],
  ["a later end", (claims) => ({ ...claims, exp: NOW_MS / 1_000 + 301 }), "delegation_wider"],
  ["an earlier beginning", (claims) => ({ ...claims, iat: NOW_MS / 1_000 - 1 }), "delegation_wider"],
  ["another audience", (claims) => ({ ...claims, aud: "https://acme.example/other" }), "delegation_wider"],
  ["another mission", (claims) => ({ ...claims, msn: { id: "m2", ctx: hashText("boundary") } }), "delegation_wider"],
  ["another boundary", (claims) => ({ ...claims, msn: { id: "m1", ctx: hashText("wider") } }), "delegation_wider"],
  ["a higher level", (claims) => ({ ...claims, lvl: "L3" }), "delegation_wider"],
  ["a newer epoch", (claims) => ({ ...claims, epochs: { ...epochs, mission: 2 } }), "delegation_wider"],
  ["an older epoch", (claims) => ({ ...claims, epochs: { ...epochs, org: 0 } }), "delegation_wider"],
  ["another credential", (claims) => ({ ...claims, wid: { sub: ROOT_SUB, jti: "credential-2" } }), "delegation_wider"],
  ["a greater depth to come", (claims) => ({ ...claims, del_max_depth: 4 }), "delegation_too_deep"],
  ["a depth that skips one", (claims) => ({ ...claims, del_depth: 2 }), "delegation_broken"],
  ["another parent", (claims) => ({ ...claims, par_hash: hashText("another") }), "delegation_broken"],
  ["an issuer that is not its signer", (claims) => ({ ...claims, iss: "https://acme.example" }), "delegation_broken"],
  ["its parent's jti", (claims) => ({ ...claims, jti: "token-1" }), "delegation_broken"],
  ["no parent", (claims) => orphan(claims), "token_malformed"],
  ["the claims of a root", (claims) => ({ ...orphan(claims), del_depth: 0 }), "delegation_broken"],
  ["one claim more", (claims) => ({ ...claims, zzz: 1 }), "token_malformed"],
  ["limits in short form", (claims) => ({ ...claims, authorization_details: refund(REFUND) }), "token_malformed"],
  ["a depth of text", (claims) => ({ ...claims, del_depth: "1" }), "token_malformed"],
  ["a life that ended before it began", (claims) => ({ ...claims, exp: NOW_MS / 1_000 }), "token_malformed"],
];

it.each(rewrites)("refuses a child with %s, though the parent's holder signed it", async (_, change, reason) => {
  const chain = await rewriteLast(await aChain(), instance, change);
  expect(await judgeChain(chain)).toMatchObject({ ok: false, reason });
});

it("accepts a child that its holder wrote by hand when it keeps the law", async () => {
  const chain = await rewriteLast(await aChain(), instance, (claims) => ({ ...claims, lvl: "L1", del_max_depth: 1 }));
  expect(await judgeChain(chain)).toMatchObject({ ok: true, level: "L1" });
});

it("refuses a grandchild that is within the root but wider than its parent", async () => {
  const wide = (claims: Claims) => ({
    ...claims,
    authorization_details: refund({ amount: { ...amount, max: "99.00" }, order }),
  });
  const chain = await rewriteLast(await aLongChain(), child, wide);
  expect(await judgeChain(chain, { holder: grandchild })).toMatchObject({ reason: "delegation_wider" });
});

const self = { key: instance.publicKey };

/** Chains that nobody delegated. `own`: one key holds every link, so that only the law stands in the way. */
const chains: [attack: string, chain: () => Promise<string>, reason: RefusalReason, own?: "own"][] = [
  ["a child alone", async () => last(await aChain()), "token_foreign"],
  ["no root", async () => without(await aLongChain(), 0), "token_foreign"],
  ["a missing link", async () => without(await aLongChain(), 1), "delegation_wrong_key"],
  ["a missing link of one key", async () => without(await ownChain(), 1), "delegation_broken", "own"],
  ["links in another order", async () => reordered(await aLongChain(), [0, 2, 1]), "delegation_wrong_key"],
  ["links of one key in another order", async () => reordered(await ownChain(), [0, 2, 1]), "delegation_broken", "own"],
  ["leaf first", async () => reordered(await aLongChain(), [2, 1, 0]), "token_foreign"],
  ["the root twice", async () => reordered(await ownChain(), [0, 0, 1]), "delegation_wrong_key", "own"],
  ["a link twice", async () => reordered(await ownChain(), [0, 1, 1]), "delegation_broken", "own"],
  ["a circle", async () => reordered(await ownChain(), [0, 1, 2, 1]), "delegation_broken", "own"],
  [
    "a link from a chain under another root",
    async () => `${await aRoot()}~${last(await aChain({}, await aRoot({ jti: "other" })))}`,
    "delegation_broken",
  ],
  [
    "a link from a chain with another middle",
    async () => `${await aChain({ jti: "other" })}~${last(await aLongChain())}`,
    "delegation_broken",
  ],
  ["a child signed by a stranger", () => signedBy(stranger), "delegation_wrong_key"],
  ["a child signed by its own holder", () => signedBy(child), "delegation_wrong_key"],
  ["a child signed by the token issuer", () => signedBy(tokenIssuer), "delegation_wrong_key"],
  [
    "a grandchild signed by the root's holder",
    async () => rewriteLast(await aLongChain(), instance, (claims) => claims),
    "delegation_wrong_key",
  ],
  [
    "a grandchild signed by the token issuer",
    async () => rewriteLast(await aLongChain(), tokenIssuer, (claims) => claims),
    "delegation_wrong_key",
  ],
  ["a root of another issuer", async () => foreignRoot(stranger), "token_foreign"],
  ["a root by the credential issuer", async () => foreignRoot(credentialIssuer), "token_foreign"],
  ["a root that the agent made itself", async () => foreignRoot(instance), "token_foreign"],
  ["a root of another namespace", otherNamespace, "token_foreign"],
  ["a child of a root that may not be handed on", terminalRoot, "delegation_too_deep"],
  [
    "a link more than a chain may have",
    async () => `${await aRoot()}~`.repeat(9) + (await aRoot()),
    "delegation_too_deep",
  ],
  ["an empty link at the end", async () => `${await aChain()}~`, "token_malformed"],
  ["an empty link at the start", async () => `~${await aChain()}`, "token_malformed"],
  ["an empty link between", async () => (await aChain()).replace("~", "~~"), "token_malformed"],
  ["a comma for a joint", async () => (await aChain()).replace("~", ","), "token_malformed"],
  ["a joint in other clothes", async () => (await aChain()).replace("~", "%7E"), "token_malformed"],
  ["a space beside a joint", async () => (await aChain()).replace("~", " ~"), "token_malformed"],
  ["an array", async () => JSON.stringify((await aChain()).split("~")), "token_malformed"],
];

it.each(chains)("refuses %s", async (_, chain, reason, own) => {
  const holder = own === "own" ? instance : child;
  expect(await judgeChain(await chain(), { holder })).toMatchObject({ ok: false, reason });
});

const without = (chain: string, index: number) => chain.split("~").toSpliced(index, 1).join("~");
const last = (chain: string) => chain.split("~").at(-1) ?? "";
const reordered = (chain: string, order: readonly number[]) => {
  const links = chain.split("~");
  return order.map((index) => links[index]).join("~");
};

/** Root, child and grandchild, all of one key. */
async function ownChain(): Promise<string> {
  const parent = await aChain(self);
  return delegateToken(instance, aDelegation(parent, { ...self, jti: "token-3" }));
}

async function signedBy(signer: Signer): Promise<string> {
  return rewriteLast(await aChain(), signer, (claims) => claims);
}

async function foreignRoot(issuer: Signer): Promise<string> {
  return aChain({}, await mintExecutionToken(issuer, aToken({ maxDepth: 3 })));
}

async function otherNamespace(): Promise<string> {
  const sub = "spiffe://acme.example/ns/billing/agent/refunds/i/i-1";
  return aChain({}, await aRoot({ credential: { sub, jti: "credential-1" } }));
}

async function terminalRoot(): Promise<string> {
  const terminal = await aRoot({ maxDepth: 0 });
  const honest = (await aChain()).replace(/^[^~]*/, terminal);
  return rewriteLast(honest, instance, (claims) => ({
    ...claims,
    del_max_depth: 1,
    par_hash: signingInputHash(terminal),
  }));
}

const differences: [attack: string, differences: ChainDifferences, reason: RefusalReason][] = [
  ["the root's holder with the child's token", { holder: instance }, "token_other_credential"],
  ["a stranger with a credential of its own", { holder: stranger }, "token_other_credential"],
  ["a proof by the root's holder", { prover: instance }, "proof_wrong_key"],
  ["a proof by a stranger", { prover: stranger }, "proof_wrong_key"],
  ["another agent", { credential: { agent: "billing" } }, "delegation_other_agent"],
  ["an agent whose name begins like the root's", { credential: { agent: "refund" } }, "delegation_other_agent"],
  [
    "an agent called constructor",
    { credential: { agent: "constructor" }, anchors: { delegates: {} } },
    "delegation_other_agent",
  ],
  ["a holder whose ceiling is below the level", { credential: { authority: "L1" } }, "authority"],
  ["an expired child", { anchors: { nowMs: NOW_MS + 120_000 } }, "token_expired"],
  ["a revoked mission", { anchors: { epochs: { ...epochs, mission: 2 } } }, "token_revoked"],
  [
    "a revoked agent of the root, its delegate not",
    {
      credential: { agent: "billing" },
      anchors: { epochs: { ...epochs, agent: 2 }, delegates: { billing: 1 } },
    },
    "token_revoked",
  ],
  [
    "a revoked delegate",
    { credential: { agent: "billing" }, anchors: { delegates: { billing: 2 } } },
    "credential_revoked",
  ],
  [
    "a delegate that the verifier is behind on",
    { credential: { agent: "billing" }, anchors: { delegates: { billing: 0 } } },
    "evidence_stale",
  ],
  ["another enforcement point", { anchors: { audience: "https://acme.example/other" } }, "audience"],
  ["another mission", { call: { mission: "m2" } }, "mission"],
  ["another boundary", { call: { boundary: hashText("wider") } }, "boundary"],
  ["a tool that only the root has", { call: { tool: "find_order" } }, "tool_not_granted"],
  ["an argument that only the root allows", { call: { arguments: { amount: "50.01", order: 7 } } }, "argument_refused"],
];

it.each(differences)("refuses %s", async (_, difference, reason) => {
  expect(await judgeChain(await aChain(), difference)).toMatchObject({ ok: false, reason });
});

it("lets another agent hold a delegated token where the verifier knows its epoch", async () => {
  const anchors = { delegates: { billing: 4 } };
  const credential = { agent: "billing", epochs: { org: 1, namespace: 1, agent: 4 } };
  expect(await judgeChain(await aChain(), { credential, anchors })).toMatchObject({ ok: true, agent: "billing" });
});

it("refuses a child once its parent would have ended, whatever the order of clocks", async () => {
  const root = await aRoot({ ttlMs: 60_000 });
  const chain = await aChain({ ttlMs: 60_000 }, root);
  const at = (nowMs: number) => judgeChain(chain, { anchors: { nowMs } });
  expect(await at(NOW_MS + 59_999)).toMatchObject({ ok: true });
  expect(await at(NOW_MS + 60_000)).toMatchObject({ reason: "token_expired" });
  expect(await at(NOW_MS + 59_999)).toMatchObject({ ok: true });
});

it("judges a chain it has seen by the keys and epochs of now", async () => {
  const chain = await aChain();
  const revoked = { epochs: { ...epochs, agent: 2 } };
  expect(await judgeChain(chain)).toMatchObject({ ok: true });
  expect(await judgeChain(chain, { anchors: { tokenIssuers: [stranger.publicKey] } })).toMatchObject({
    reason: "token_foreign",
  });
  const credential = { epochs: { org: 1, namespace: 1, agent: 2 } };
  expect(await judgeChain(chain, { anchors: revoked, credential })).toMatchObject({ reason: "token_revoked" });
  expect(await judgeChain(chain)).toMatchObject({ ok: true });
});

it("reads one spelling of each link and no other, known or not", async () => {
  const chain = await aChain();
  await judgeChain(chain);
  const [root = "", link = ""] = chain.split("~");
  for (const [name, text] of otherSpellings(root)) {
    expect([name, await judgeChain(`${text}~${link}`)]).toMatchObject([name, { reason: "token_malformed" }]);
  }
  for (const [name, text] of otherSpellings(link)) {
    expect([name, await judgeChain(`${root}~${text}`)]).toMatchObject([name, { reason: "token_malformed" }]);
  }
});

it("refuses a chain changed at any character, known or not", async () => {
  const chain = await aChain();
  await judgeChain(chain);
  const verified = new VerifiedChains();
  const keys = anAnchor().tokenIssuers;
  expect(verified.verify(chain, keys, NOW_MS)).toHaveProperty("last.jti", "token-2");
  for (let index = 0; index < chain.length; index += 1) {
    const answer = verified.verify(changeAt(chain, index, 1 + (index % 62)), keys, NOW_MS);
    expect([index, "ok" in answer]).toEqual([index, true]);
  }
});

it("goes as deep as the limit and no deeper", async () => {
  const holders = Array.from({ length: DELEGATION_DEPTH_MAX + 1 }, (_, index) =>
    signerFromSeed(new Uint8Array(32).fill(50 + index)),
  );
  const [first = instance] = holders;
  let chain = await aRoot({ key: first.publicKey, maxDepth: DELEGATION_DEPTH_MAX });
  for (let depth = 1; depth <= DELEGATION_DEPTH_MAX; depth += 1) {
    const [holder = instance, next = instance] = [holders[depth - 1], holders[depth]];
    const more = { key: next.publicKey, maxDepth: DELEGATION_DEPTH_MAX, jti: `token-${depth + 1}` };
    chain = await delegateToken(holder, aDelegation(chain, more));
  }
  const leaf = holders.at(-1) ?? instance;
  expect(await judgeChain(chain, { holder: leaf })).toMatchObject({ ok: true, token: "token-9" });
  const onward = aDelegation(chain, { maxDepth: DELEGATION_DEPTH_MAX, jti: "token-10" });
  await expect(delegateToken(leaf, onward)).rejects.toMatchObject({ code: "trust/claims_refused" });
  await expect(aRoot({ maxDepth: DELEGATION_DEPTH_MAX + 1 })).rejects.toMatchObject({ code: "trust/claims_refused" });
});

it("ends a chain where its maker said", async () => {
  const chain = await aChain({ maxDepth: 1 });
  const onward = aDelegation(chain, { key: grandchild.publicKey, maxDepth: 2, jti: "token-3" });
  await expect(delegateToken(child, onward)).rejects.toMatchObject({ code: "trust/claims_refused" });
  const { maxDepth: _, ...unasked } = aDelegation(await aRoot());
  const terminal = await delegateToken(instance, unasked);
  await expect(delegateToken(child, { ...onward, parent: terminal })).rejects.toMatchObject({
    code: "trust/claims_refused",
  });
});

const refusals: [attack: string, overrides: Partial<DelegationClaims>, code: string][] = [
  ["a tool more", { tools: { refund: REFUND, delete: null } }, "trust/claims_refused"],
  ["a tool called __proto__", { tools: Object.fromEntries([["__proto__", null]]) }, "trust/claims_refused"],
  ["a wider limit", { tools: { refund: { ...REFUND, amount: { decimal: { max: "101" } } } } }, "trust/claims_refused"],
  ["a limit dropped", { tools: { refund: { amount: REFUND.amount } } }, "trust/claims_refused"],
  ["all limits dropped", { tools: { refund: null } }, "trust/claims_refused"],
  ["a malformed limit", { tools: { refund: { amount: { range: {} } } } }, "trust/constraint_malformed"],
  ["a later end", { ttlMs: 301_000 }, "trust/claims_refused"],
  ["no life", { ttlMs: 0 }, "trust/claims_refused"],
  ["a life without end", { ttlMs: Infinity }, "trust/claims_refused"],
  ["a higher level", { level: "L3" }, "trust/claims_refused"],
  ["a greater depth", { maxDepth: 4 }, "trust/claims_refused"],
  ["a depth and a half", { maxDepth: 1.5 }, "trust/claims_refused"],
  ["its parent's jti", { jti: "token-1" }, "trust/claims_refused"],
  ["an empty jti", { jti: "" }, "trust/claims_refused"],
  ["a key that is none", { key: { ...child.publicKey, x: "A".repeat(43) } }, "trust/claims_refused"],
  ["a clock after the parent's end", { nowMs: NOW_MS + 300_000 }, "trust/parent_refused"],
  ["a clock long before the parent's beginning", { nowMs: NOW_MS - 6_000 }, "trust/parent_refused"],
  ["a clock that is none", { nowMs: Number.NaN }, "trust/parent_refused"],
  ["no parent", { parent: "" }, "trust/parent_refused"],
  ["a parent that is no text", { parent: {} as string }, "trust/parent_refused"],
  ["half a surrogate pair for a parent", { parent: "\ud800" }, "trust/parent_refused"],
];

it.each(refusals)("delegates nothing with %s", async (_, overrides, code) => {
  await expect(delegateToken(instance, aDelegation(await aRoot(), overrides))).rejects.toMatchObject({ code });
});

it("delegates nothing from a parent that a verifier would refuse, or that another key holds", async () => {
  const chain = await aChain();
  const [root = "", link = ""] = chain.split("~");
  const refused = async (holder: Signer, parent: string) =>
    expect(delegateToken(holder, aDelegation(parent, { jti: "token-9" }))).rejects.toMatchObject({
      code: "trust/parent_refused",
    });
  await refused(stranger, root);
  await refused(instance, chain);
  await refused(child, link);
  await refused(child, `${root}~${changeAt(link, link.length - 40)}`);
  await refused(child, `${root}~${link}~`);
  await refused(child, await rewriteLast(chain, instance, (claims) => ({ ...claims, exp: NOW_MS / 1_000 + 301 })));
  for (const [, text] of otherSpellings(root)) await refused(instance, text);
});

it("begins no child before its parent, when the issuer's clock runs ahead", async () => {
  const root = await aRoot({ nowMs: NOW_MS + 4_000 });
  expect(await judgeChain(await aChain({}, root))).toMatchObject({ ok: true });
});

it("makes and reads chains up to their length and no longer", async () => {
  const tools = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`${index}`.padStart(370, "t"), null]));
  const root = await aRoot({ tools, key: instance.publicKey, maxDepth: 8 });
  let chain = root;
  const grow = (jti: string) =>
    delegateToken(instance, aDelegation(chain, { key: instance.publicKey, tools, maxDepth: 8, jti }));
  for (let depth = 1; chain.length + root.length < CHAIN_CHARS_MAX; depth += 1) chain = await grow(`grown-${depth}`);
  expect(root.length).toBeLessThan(JWS_CHARS_MAX);
  const verified = new VerifiedChains();
  expect(verified.verify(chain, [tokenIssuer.publicKey], NOW_MS)).toHaveProperty("root");
  await expect(grow("over")).rejects.toMatchObject({ code: "trust/claims_refused" });
  const oneMore = await rewriteLast(`${chain}~${chain.split("~").at(-1)}`, instance, (claims) => ({
    ...claims,
    del_depth: chain.split("~").length,
    par_hash: chainHash(chain),
    jti: "over",
  }));
  expect(oneMore.length).toBeGreaterThan(CHAIN_CHARS_MAX);
  expect(verified.verify(oneMore, [tokenIssuer.publicKey], NOW_MS)).toMatchObject({ reason: "token_malformed" });
  const long = `${root}~${"A".repeat(JWS_CHARS_MAX + 1)}`;
  expect(verified.verify(long, [tokenIssuer.publicKey], NOW_MS)).toMatchObject({ reason: "token_malformed" });
});

it("remembers a bounded number of chains, shares their prefixes, and forgets what has ended", async () => {
  const verified = new VerifiedChains();
  const keys = [tokenIssuer.publicKey];
  const root = await aRoot();
  const at = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const chain = await delegateToken(instance, aDelegation(root, { jti: `child-${index}` }));
      verified.verify(chain, keys, NOW_MS);
    }
  };
  await at(3);
  expect(verified.size).toBe(4); // the root once
  await at(VERIFIED_CHAINS_MAX + 10);
  expect(verified.size).toBe(VERIFIED_CHAINS_MAX);
  expect(verified.chars).toBeLessThanOrEqual(VERIFIED_CHAINS_CHARS_MAX);
  verified.verify(root, keys, NOW_MS);
  const { size } = verified;
  expect(verified.verify(root, keys, NOW_MS + 300_000)).toHaveProperty("root");
  expect(verified.size).toBe(size - 1);
});

it("remembers a bounded number of characters", async () => {
  const verified = new VerifiedChains();
  const tools = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`${index}`.padStart(370, "t"), null]));
  for (let index = 0; index < 80; index += 1) {
    const root = await aRoot({ tools, jti: `root-${index}` });
    verified.verify(root, [tokenIssuer.publicKey], NOW_MS);
    expect(verified.chars).toBeLessThanOrEqual(VERIFIED_CHAINS_CHARS_MAX);
  }
  expect(verified.size).toBeLessThan(80);
});
