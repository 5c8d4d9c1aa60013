import { expect, it } from "vitest";
import {
  CALL_PROOF_AGE_MS_MAX,
  CLOCK_AHEAD_MS_MAX,
  type Commitment,
  CREDENTIAL_TTL_MS_MAX,
  EXECUTION_TOKEN_TTL_MS_MAX,
  hashText,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  proveCall,
  type PresentedCall,
  REFUSAL_REASONS,
  type RefusalReason,
  verifyCall,
} from "@aura/trust";
import {
  aCall,
  aCredential,
  anAnchor,
  aToken,
  credentialIssuer,
  type Differences,
  instance,
  judge,
  NOW_MS,
  present,
  stranger,
  tokenIssuer,
} from "./call-world.ts";
import { changeAt, headerFor, openText, otherSpellings, signTexts } from "./signed-text.ts";

it("lets a call through whose credential, token and proof are in order, and says who it was and how fresh the evidence", async () => {
  expect(await judge()).toEqual({
    ok: true,
    agent: "refunds",
    instance: "i-1",
    credential: "credential-1",
    token: "token-1",
    level: "L2",
    evidenceAgeMs: 20,
  });
});

const other = { sub: "spiffe://acme.example/ns/payments/agent/refunds/i/i-2", jti: "credential-1" };
const epochs = { org: 1, namespace: 1, agent: 1, mission: 1 };

const attacks: [attack: string, differences: Differences, reason: RefusalReason][] = [
  ["no credential", { shown: (all) => ({ ...all, credential: "" }) }, "credential_missing"],
  ["no credential member", { shown: ({ token, proof }) => ({ token, proof }) as PresentedCall }, "credential_missing"],
  ["a credential that is no text", { shown: (all) => ({ ...all, credential: {} as string }) }, "credential_missing"],
  [
    "a token in the credential's place",
    { shown: (all) => ({ ...all, credential: all.token }) },
    "credential_malformed",
  ],
  ["a credential of another issuer", { credentialBy: stranger }, "credential_foreign"],
  ["a credential by the token issuer's key", { credentialBy: tokenIssuer }, "credential_foreign"],
  ["a credential the agent made itself", { credentialBy: instance }, "credential_foreign"],
  ["a credential of another organisation", { credential: { org: "evil.example" } }, "credential_foreign"],
  [
    "a credential of an organisation with our name in it",
    { credential: { org: "acme.example.evil" } },
    "credential_foreign",
  ],
  ["a credential of another namespace", { credential: { namespace: "payments2" } }, "credential_foreign"],
  ["an expired credential", { anchors: { nowMs: NOW_MS + 3_600_000 } }, "credential_expired"],
  [
    "a credential from the future",
    { credential: { nowMs: NOW_MS + CLOCK_AHEAD_MS_MAX + 1_000 } },
    "credential_not_yet_valid",
  ],
  ["a revoked agent", { anchors: { epochs: { ...epochs, agent: 2 } } }, "credential_revoked"],
  ["a revoked namespace", { anchors: { epochs: { ...epochs, namespace: 2 } } }, "credential_revoked"],
  ["a revoked organisation", { anchors: { epochs: { ...epochs, org: 2 } } }, "credential_revoked"],
  [
    "a verifier that is behind on revocations",
    { credential: { epochs: { org: 1, namespace: 1, agent: 2 } } },
    "evidence_stale",
  ],
  ["no token", { shown: (all) => ({ ...all, token: "" }) }, "token_missing"],
  ["a credential in the token's place", { shown: (all) => ({ ...all, token: all.credential }) }, "token_malformed"],
  ["a proof in the token's place", { shown: (all) => ({ ...all, token: all.proof }) }, "token_malformed"],
  ["a token of another issuer", { tokenBy: stranger }, "token_foreign"],
  ["a token by the credential issuer's key", { tokenBy: credentialIssuer }, "token_foreign"],
  ["a token the agent made itself", { tokenBy: instance }, "token_foreign"],
  ["a token for another audience", { token: { audience: "https://acme.example/runtime2" } }, "audience"],
  ["a token of another instance", { token: { credential: other } }, "token_other_credential"],
  [
    "a token of another agent",
    { token: { credential: { ...other, sub: "spiffe://acme.example/ns/payments/agent/billing/i/i-1" } } },
    "token_other_credential",
  ],
  [
    "a token for an earlier credential",
    { token: { credential: { ...other, sub: aToken().credential.sub, jti: "credential-0" } } },
    "token_other_credential",
  ],
  ["a token bound to another key", { token: { key: stranger.publicKey } }, "token_other_credential"],
  ["a credential bound to another key", { credential: { key: stranger.publicKey } }, "token_other_credential"],
  ["an expired token", { anchors: { nowMs: NOW_MS + 300_000 } }, "token_expired"],
  ["a token from the future", { token: { nowMs: NOW_MS + CLOCK_AHEAD_MS_MAX + 1_000 } }, "token_not_yet_valid"],
  ["a token from before the agent was revoked", { token: { epochs: { ...epochs, agent: 0 } } }, "token_revoked"],
  ["a revoked mission", { anchors: { epochs: { ...epochs, mission: 2 } } }, "token_revoked"],
  [
    "a token from a newer epoch than the verifier knows",
    { token: { epochs: { ...epochs, mission: 2 } } },
    "evidence_stale",
  ],
  ["a token above the agent's ceiling", { token: { level: "L3" } }, "authority"],
  ["no proof", { shown: (all) => ({ ...all, proof: "" }) }, "proof_missing"],
  ["a token in the proof's place", { shown: (all) => ({ ...all, proof: all.token }) }, "proof_malformed"],
  ["a proof by another key", { proofBy: stranger }, "proof_wrong_key"],
  [
    "a proof by another key under the instance's name",
    { shown: async (all) => ({ ...all, proof: await forgedProof(all.proof) }) },
    "proof_tampered",
  ],
  ["a proof for another audience", { proof: { audience: "https://acme.example/runtime2" } }, "audience"],
  ["an old proof", { anchors: { nowMs: NOW_MS + CALL_PROOF_AGE_MS_MAX + 1 } }, "proof_expired"],
  ["a proof from the future", { proof: { nowMs: NOW_MS + CLOCK_AHEAD_MS_MAX + 1_000 } }, "proof_not_yet_valid"],
  ["a proof for another call", { call: { call: "mission/m1/call/1.2" } }, "proof_other_call"],
  ["a proof for another tool", { call: { tool: "find_order" } }, "proof_other_call"],
  [
    "a proof for other arguments",
    { call: { commitment: hashText("other") as string as Commitment } },
    "proof_other_arguments",
  ],
  ["a proof made for another token", { proof: { token: "another.token.text" } }, "proof_other_token"],
  ["a token of another mission", { token: { mission: "m2" } }, "mission"],
  ["a token for another boundary", { token: { boundary: hashText("wider") } }, "boundary"],
  ["a tool that is not granted", { proof: { tool: "delete" }, call: { tool: "delete" } }, "tool_not_granted"],
  ["a tool in other case", { proof: { tool: "Refund" }, call: { tool: "Refund" } }, "tool_not_granted"],
  ["a tool called __proto__", { proof: { tool: "__proto__" }, call: { tool: "__proto__" } }, "tool_not_granted"],
  ["a tool called constructor", { proof: { tool: "constructor" }, call: { tool: "constructor" } }, "tool_not_granted"],
  ["a token that grants nothing", { token: { tools: {} } }, "tool_not_granted"],
];

it.each(attacks)("refuses %s", async (_, differences, reason) => {
  expect(await judge(differences)).toMatchObject({ ok: false, reason });
});

it.each(attacks)(
  "names who calls only where nothing but the token's reach is at fault: %s",
  async (_, differences, reason) => {
    const answer = await judge(differences);
    expect(answer.agent !== undefined).toBe(reason === "tool_not_granted");
  },
);

it("has a test for each reason it can give", () => {
  const tested = new Set([
    ...attacks.map(([, , reason]) => reason),
    "credential_tampered",
    "token_tampered",
    "argument_refused",
    "credential_suspended", // in agent-status.test.ts, like the next
    "token_suspended",
    // in delegation.test.ts
    "delegation_wrong_key",
    "delegation_broken",
    "delegation_too_deep",
    "delegation_wider",
    "delegation_other_agent",
  ]);
  expect([...tested].toSorted()).toEqual([...REFUSAL_REASONS].toSorted());
});

async function forgedProof(proof: string): Promise<string> {
  return signTexts(stranger, headerFor(instance, "aura-proof+jwt"), openText(proof).payload);
}

const refusedArguments: [string, JsonObject][] = [
  ["no amount", { order: 7 }],
  ["no arguments", {}],
  ["an amount above the limit", { amount: "100.01", order: 7 }],
  ["an amount as a number", { amount: 42, order: 7 }],
  ['the amount "5,000"', { amount: "5,000", order: 7 }],
  ['the amount "NaN"', { amount: "NaN", order: 7 }],
  ['the amount "nan"', { amount: "nan", order: 7 }],
  ["an amount that is NaN", { amount: Number.NaN, order: 7 }],
  ["an order that is NaN", { amount: "42.00", order: Number.NaN }],
  ["the order 1e400, as JSON.parse reads it", JSON.parse('{"amount":"42.00","order":1e400}') as JsonObject],
  ["an order that lost digits", JSON.parse('{"amount":"42.00","order":9007199254740993}') as JsonObject],
  ["an order below the limit", { amount: "42.00", order: 0 }],
  ["an order as text", { amount: "42.00", order: "7" }],
  ["Amount for amount", { Amount: "42.00", order: 7 }],
  ["amount in Cyrillic", { "\u0430mount": "42.00", order: 7 }],
  ["a nested amount", { amount: { value: "42.00" }, order: 7 }],
  ["an amount in an array", { amount: ["42.00"], order: 7 }],
  ["all nested", { arguments: { amount: "42.00", order: 7 } }],
  ["one argument more", { amount: "42.00", order: 7, currency: "USD" }],
  ["an amount under __proto__", JSON.parse('{"__proto__":{"amount":"42.00"},"order":7}') as JsonObject],
  ["an inherited amount", Object.assign(Object.create({ amount: "42.00" }) as JsonObject, { order: 7 })],
  ["an undefined argument beside", { amount: "42.00", order: 7, note: undefined } as unknown as JsonObject],
  ["half a surrogate pair", { amount: "42.00", order: 7, "\ud800": 1 }],
];

it.each(refusedArguments)("refuses %s", async (_, args) => {
  expect(await judge({ call: { arguments: args } })).toMatchObject({ ok: false, reason: "argument_refused" });
});

it("lets any arguments through to a tool without limits, but nothing that JSON cannot carry", async () => {
  const call = { tool: "find_order" };
  expect(await judge({ proof: call, call: { ...call, arguments: { anything: [1, { a: null }] } } })).toMatchObject({
    ok: true,
  });
  expect(await judge({ proof: call, call: { ...call, arguments: { a: Number.NaN } } })).toMatchObject({
    reason: "argument_refused",
  });
});

it("never shows a token or an argument in a refusal", async () => {
  const presented = await present();
  for (const [, args] of refusedArguments) {
    const answer = verifyCall(anAnchor(), presented, aCall({ arguments: args }));
    expect(JSON.stringify(answer)).not.toMatch(/42\.00|5,000|eyJ/);
  }
});

it("accepts to the millisecond before the end, and nothing at the end", async () => {
  const at = (nowMs: number) => judge({ anchors: { nowMs }, proof: { nowMs } });
  expect(await at(NOW_MS + 299_999)).toMatchObject({ ok: true });
  expect(await at(NOW_MS + 300_000)).toMatchObject({ reason: "token_expired" });
  const renewed = { token: { nowMs: NOW_MS + 3_599_000, ttlMs: 300_000 } };
  const late = (nowMs: number) => judge({ ...renewed, anchors: { nowMs }, proof: { nowMs } });
  expect(await late(NOW_MS + 3_599_999)).toMatchObject({ ok: true });
  expect(await late(NOW_MS + 3_600_000)).toMatchObject({ reason: "credential_expired" });
});

it("bears with a signer's clock up to the limit and no further", async () => {
  const ahead = (ms: number): Differences => {
    const claims = { nowMs: NOW_MS + ms };
    return { credential: claims, token: claims, proof: claims };
  };
  expect(await judge(ahead(CLOCK_AHEAD_MS_MAX))).toMatchObject({ ok: true });
  expect(await judge(ahead(CLOCK_AHEAD_MS_MAX + 1_000))).toMatchObject({ reason: "credential_not_yet_valid" });
  expect(await judge({ anchors: { nowMs: NOW_MS + CALL_PROOF_AGE_MS_MAX } })).toMatchObject({ ok: true });
});

it("rounds the end of a life down: never a moment longer than asked for", async () => {
  const token = { nowMs: NOW_MS + 999, ttlMs: 1_500 };
  expect(await judge({ token, anchors: { nowMs: NOW_MS + 1_999 } })).toMatchObject({ ok: true });
  expect(await judge({ token, anchors: { nowMs: NOW_MS + 2_000 } })).toMatchObject({ reason: "token_expired" });
});

const PARTS = ["credential", "token", "proof"] as const;

it.each(PARTS)("refuses a %s changed at any character", async (part) => {
  const presented = await present();
  const text = presented[part];
  for (let index = 0; index < text.length; index += 1) {
    const answer = verifyCall(anAnchor(), { ...presented, [part]: changeAt(text, index, 1 + (index % 62)) }, aCall());
    expect([index, answer.ok]).toEqual([index, false]);
  }
});

it.each(PARTS)("calls a %s with a changed payload or signature tampered with", async (part) => {
  const presented = await present();
  const [header = "", payload = "", signature = ""] = presented[part].split(".");
  const reasons = [
    `${header}.${changeAt(payload, 10)}.${signature}`,
    `${header}.${payload}.${changeAt(signature, 40)}`,
  ].map((text) => verifyCall(anAnchor(), { ...presented, [part]: text }, aCall()));
  for (const answer of reasons) expect(answer).toMatchObject({ ok: false, reason: `${part}_tampered` });
});

it.each(PARTS)("reads one spelling of a %s and no other", async (part) => {
  const presented = await present();
  for (const [name, text] of otherSpellings(presented[part])) {
    const answer = verifyCall(anAnchor(), { ...presented, [part]: text }, aCall());
    expect([name, answer]).toMatchObject([name, { ok: false, reason: `${part}_malformed` }]);
  }
});

const issuers = { credential: credentialIssuer, token: tokenIssuer, proof: instance };
const types = { credential: "wit+jwt", token: "aat+jwt", proof: "aura-proof+jwt" };

const claimChanges: [string, (payload: string) => string][] = [
  ["no exp or iat", (text) => text.replace(/"(exp|iat)":\d+,/, "")],
  ["an exp or iat of 1e400", (text) => text.replace(/"(exp|iat)":\d+/, '"$1":1e400')],
  ["an exp or iat with a fraction", (text) => text.replace(/"(exp|iat)":(\d+)/, '"$1":$2.5')],
  ["an exp or iat as text", (text) => text.replace(/"(exp|iat)":(\d+)/, '"$1":"$2"')],
  ["a negative exp or iat", (text) => text.replace(/"(exp|iat)":(\d+)/, '"$1":-$2')],
  ["an empty jti", (text) => text.replace(/"jti":"[^"]*"/, '"jti":""')],
  ["a jti that is a number", (text) => text.replace(/"jti":"[^"]*"/, '"jti":1')],
  ["one claim more", (text) => text.replace(/}$/, ',"zzz":1}')],
  ["a duplicate claim", (text) => text.replace(/"jti":/, '"jti":"x","jti":')],
  ["white space", (text) => text.replace("{", "{ ")],
  ["a byte order mark", (text) => `\ufeff${text}`],
];

it.each(PARTS.flatMap((part) => claimChanges.map(([name, change]) => ({ part, name, change }))))(
  "refuses a $part with $name, though its issuer signed it",
  async ({ part, change }) => {
    const presented = await present();
    const { header, payload } = openText(presented[part]);
    expect(change(payload)).not.toBe(payload);
    const text = await signTexts(issuers[part], header, change(payload));
    expect(verifyCall(anAnchor(), { ...presented, [part]: text }, aCall())).toMatchObject({
      ok: false,
      reason: `${part}_malformed`,
    });
  },
);

it.each(PARTS)("refuses a %s whose header says more, though its issuer signed it", async (part) => {
  const presented = await present();
  const header = headerFor(issuers[part], types[part]).replace('"kid"', '"jwk":{},"kid"');
  const text = await signTexts(issuers[part], header, openText(presented[part]).payload);
  expect(verifyCall(anAnchor(), { ...presented, [part]: text }, aCall())).toMatchObject({
    reason: `${part}_malformed`,
  });
});

const tokenChanges: [string, (payload: string) => string][] = [
  [
    "limits in short form",
    (text) => text.replace('{"constraint_type":"decimal","max":"100.00"}', '{"decimal":{"max":"100.00"}}'),
  ],
  ["a limit of an unknown type", (text) => text.replace('"constraint_type":"decimal"', '"constraint_type":"pattern"')],
  ["a limit with a member more", (text) => text.replace('"max":"100.00"', '"max":"100.00","note":1')],
  [
    "two grants",
    (text) => text.replace(/"authorization_details":\[(.*)\],"cnf"/, '"authorization_details":[$1,$1],"cnf"'),
  ],
  ["a grant of another type", (text) => text.replace("attenuating_agent_token", "payment")],
  ["a right to delegate one past the limit", (text) => text.replace('"del_max_depth":0', '"del_max_depth":9')],
  ["a place in a chain beyond its own limit", (text) => text.replace('"del_depth":0', '"del_depth":1')],
  ["a place in a chain, but no parent", (text) => text.replace(/"del_(max_)?depth":0/g, '"del_$1depth":1')],
  ["a parent, but at the root", (text) => text.replace('},"wid"', `},"par_hash":"${hashText("parent")}","wid"`)],
  ["a level not known", (text) => text.replace('"lvl":"L2"', '"lvl":"L5"')],
  ["an epoch below 0", (text) => text.replace('"mission":1', '"mission":-1')],
  ["no epoch of the mission", (text) => text.replace('"mission":1,', "")],
  ["a boundary with spare bits", (text) => text.replace(/("ctx":"[^"]{42})[^"]/, "$1B")],
  ["a bound key of small order", (text) => text.replace(/"x":"[^"]*"/, `"x":"${"A".repeat(43)}"`)],
  ["a bound key with its private half", (text) => text.replace('"crv":"Ed25519"', '"crv":"Ed25519","d":"x"')],
  ["a bound key of another algorithm", (text) => text.replace('"alg":"EdDSA"', '"alg":"ES256"')],
  [
    "a life of over an hour",
    (text) => text.replace(/"exp":\d+/, `"exp":${NOW_MS / 1_000 + EXECUTION_TOKEN_TTL_MS_MAX / 1_000 + 1}`),
  ],
  ["an end before its beginning", (text) => text.replace(/"exp":\d+/, `"exp":${NOW_MS / 1_000}`)],
];

it.each(tokenChanges)("refuses a token with %s, though its issuer signed it", async (_, change) => {
  const presented = await present();
  const { header, payload } = openText(presented.token);
  expect(change(payload)).not.toBe(payload);
  const token = await signTexts(tokenIssuer, header, change(payload));
  const proof = await proveCall(instance, {
    ...aCall(),
    audience: anAnchor().audience,
    token,
    nowMs: NOW_MS,
    jti: "p",
  });
  expect(verifyCall(anAnchor(), { ...presented, token, proof }, aCall())).toMatchObject({ reason: "token_malformed" });
});

it("asks for tool and arguments only once the caller is known", async () => {
  const call = { tool: "delete" };
  expect(await judge({ proof: call, call, proofBy: stranger })).toMatchObject({ reason: "proof_wrong_key" });
  expect(await judge({ proof: call, call, token: { mission: "m2" } })).toMatchObject({ reason: "mission" });
});

it("stops trusting a dual token it has seen when its issuer's key is no longer trusted, or an epoch rises", async () => {
  const presented = await present();
  expect(verifyCall(anAnchor(), presented, aCall()).ok).toBe(true);
  const keys = [stranger.publicKey];
  expect(verifyCall(anAnchor({ credentialIssuers: keys }), presented, aCall())).toMatchObject({
    reason: "credential_foreign",
  });
  expect(verifyCall(anAnchor({ tokenIssuers: keys }), presented, aCall())).toMatchObject({ reason: "token_foreign" });
  expect(verifyCall(anAnchor({ epochs: { ...epochs, mission: 9 } }), presented, aCall())).toMatchObject({
    reason: "token_revoked",
  });
  expect(verifyCall(anAnchor({ namespace: "billing" }), presented, aCall())).toMatchObject({
    reason: "credential_foreign",
  });
  expect(verifyCall(anAnchor(), presented, aCall()).ok).toBe(true);
});

it.each<[string, Parameters<typeof aCredential>[0]]>([
  ["an issuer that is no https URI", { issuer: "acme" }],
  ["an organisation with a path", { org: "acme.example/ns/other" }],
  ["a namespace in capitals", { namespace: "Payments" }],
  ["an agent that climbs", { agent: "../admin" }],
  ["an agent with a space", { agent: "a b" }],
  ["an instance with a slash", { instance: "a/b" }],
  ["a namespace of 64 characters", { namespace: "n".repeat(64) }],
  ["no life", { ttlMs: 0 }],
  ["a life of a day and a second", { ttlMs: CREDENTIAL_TTL_MS_MAX + 1_000 }],
  ["a life without end", { ttlMs: Infinity }],
  ["an epoch and a half", { epochs: { org: 1.5, namespace: 1, agent: 1 } }],
  ["an empty jti", { jti: "" }],
  ["an unknown authority", { authority: "L9" as never }],
])("issues no credential with %s", async (_, overrides) => {
  const issuing = issueCredential(credentialIssuer, aCredential(overrides));
  await expect(issuing).rejects.toMatchObject({
    code: expect.stringMatching(/^trust\/(claims_refused|not_json)$/) as unknown,
  });
});

it.each<[string, Parameters<typeof aToken>[0], string]>([
  ["a life of an hour and a second", { ttlMs: EXECUTION_TOKEN_TTL_MS_MAX + 1_000 }, "trust/claims_refused"],
  ["a boundary that is no digest", { boundary: "wide" as never }, "trust/claims_refused"],
  ["a limit that is malformed", { tools: { refund: { amount: { range: {} } } } }, "trust/constraint_malformed"],
  ["limits that name no argument", { tools: { refund: {} } }, "trust/constraint_malformed"],
  ["no mission", { mission: "" }, "trust/claims_refused"],
])("mints no token with %s", async (_, overrides, code) => {
  await expect(mintExecutionToken(tokenIssuer, aToken(overrides))).rejects.toMatchObject({ code });
});

it("issues lives as long as the limits allow", async () => {
  await expect(issueCredential(credentialIssuer, aCredential({ ttlMs: CREDENTIAL_TTL_MS_MAX }))).resolves.toMatch(
    /^eyJ/,
  );
  await expect(mintExecutionToken(tokenIssuer, aToken({ ttlMs: EXECUTION_TOKEN_TTL_MS_MAX }))).resolves.toMatch(/^eyJ/);
});
