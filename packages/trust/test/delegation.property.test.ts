import fc from "fast-check";
import { expect, it } from "vitest";
import {
  canonicalJson,
  commit,
  delegateToken,
  hashText,
  isAuraError,
  type JsonObject,
  parseConstraints,
  REFUSAL_REASONS,
  verifyCall,
} from "@aura/trust";
import { issueCredential, proveCall } from "@aura/trust";
import { VerifiedChains } from "../src/verified-chain.ts";
import { aCredential, anAnchor, credentialIssuer, instance, NONCE, NOW_MS, tokenIssuer } from "./call-world.ts";
import { aChain, aDelegation, aLongChain, aRoot, child, rewriteLast } from "./chain-world.ts";
import { anyText } from "./hostile-text.ts";
import { openText } from "./signed-text.ts";

/** From wide to narrow: a later one is often, not always, within an earlier one. */
const LIMITS = [
  { wildcard: {} },
  { range: { max: 9 } },
  { range: { min: 0, max: 9 } },
  { range: { min: 0, max: 5, max_inclusive: false } },
  { one_of: [0, 1, 2, 3] },
  { one_of: [1, 2] },
  { exact: 1 },
  { any: [{ exact: 1 }, { range: { min: 7 } }] },
  { any: [{ exact: 1 }] },
  { all: [{ range: { max: 9 } }, { not_one_of: [2, null] }] },
  { not_one_of: [2, null] },
  { not_one_of: [1, 2, null] },
] as const;
const limit = fc.constantFrom(...LIMITS);
const limits = fc.oneof(
  fc.constant(null),
  fc.record({ a: limit }),
  fc.record({ a: limit, b: limit }),
  fc.record({ b: limit }),
);
type Grant = { readonly [tool: string]: { readonly [argument: string]: (typeof LIMITS)[number] } | null };
const grant: fc.Arbitrary<Grant> = fc.dictionary(fc.constantFrom("t", "u", "__proto__"), limits, { maxKeys: 3 });
/** What is granted link by link: often the same again, or one member of it changed. */
const grants: fc.Arbitrary<readonly [Grant, ...Grant[]]> = fc
  .tuple(grant, fc.array(fc.tuple(fc.nat(3), fc.nat(20), limits), { minLength: 1, maxLength: 4 }))
  .map(([root, steps]) => {
    const links: [Grant, ...Grant[]] = [root];
    for (const [kind, at, other] of steps) links.push(changed(links.at(-1) ?? root, kind, at, other));
    return links;
  });

function changed(parent: Grant, kind: number, at: number, other: Grant[string]): Grant {
  const tools = Object.entries(parent);
  const index = tools.length === 0 ? 0 : at % tools.length;
  if (kind === 0) return Object.fromEntries(tools.toSpliced(index, 1));
  if (kind === 1) return Object.fromEntries([...tools, [["t", "u", "v"][at % 3] ?? "t", other ?? null]]);
  return Object.fromEntries(
    tools.map(([tool, limited], place) => [tool, place === index ? narrowed(limited, other, at) : limited]),
  );
}

function narrowed(limited: Grant[string], other: Grant[string], at: number): NonNullable<Grant[string]> | null {
  if (limited === null || limited === undefined) return other ?? null;
  return Object.fromEntries(
    Object.keys(limited).map((name, index) => [name, LIMITS[(at + index) % LIMITS.length]]),
  ) as NonNullable<Grant[string]>;
}

const CALLS: readonly { readonly tool: string; readonly arguments: JsonObject }[] = [
  "t",
  "u",
  "v",
  "__proto__",
].flatMap((tool) => [
  ...[0, 1, 2, 5, 8, 12].map((a) => ({ tool, arguments: { a } })),
  ...[1, 2, 8].map((a) => ({ tool, arguments: { a, b: 1 } })),
  { tool, arguments: { b: 1 } },
  { tool, arguments: { c: 1 } },
  { tool, arguments: {} },
]);

const credential = await issueCredential(credentialIssuer, aCredential());

async function accepts(chain: string, { tool, arguments: args }: (typeof CALLS)[number]): Promise<boolean> {
  const call = { call: "mission/m1/call/1.1", tool, commitment: commit(NONCE, canonicalJson(args)) };
  const { audience } = anAnchor();
  const proof = await proveCall(instance, { ...call, audience, token: chain, nowMs: NOW_MS, jti: "p" });
  const question = { ...call, arguments: args, mission: "m1", boundary: hashText("boundary") };
  const answer = verifyCall(anAnchor(), { credential, token: chain, proof }, question);
  if (!answer.ok) expect(REFUSAL_REASONS).toContain(answer.reason);
  return answer.ok;
}

const self = { key: instance.publicKey, maxDepth: 8 };
const root = (tools: Grant) => aRoot({ credential: { sub: SUB, jti: "credential-1" }, tools, maxDepth: 8 });
const SUB = "spiffe://acme.example/ns/payments/agent/refunds/i/i-1";
/** How many calls the leaves accepted: the law is not kept by refusing everything. */
let accepted = 0;

async function leafWithinAncestors(chain: string): Promise<void> {
  const links = chain.split("~");
  for (const call of CALLS) {
    if (!(await accepts(chain, call))) continue;
    accepted += 1;
    for (let length = 1; length < links.length; length += 1) {
      expect([length, call, await accepts(links.slice(0, length).join("~"), call)]).toEqual([length, call, true]);
    }
  }
}

it("never lets a leaf make a call that an ancestor may not, in a chain that delegateToken made", async () => {
  accepted = 0;
  await fc.assert(
    fc.asyncProperty(grants, async ([first, ...others]) => {
      let chain = await root(first);
      for (const [index, tools] of others.entries()) {
        try {
          chain = await delegateToken(instance, aDelegation(chain, { ...self, tools, jti: `child-${index}` }));
        } catch (error) {
          if (!isAuraError(error, "trust/claims_refused")) throw error; // wider: left out
        }
      }
      await leafWithinAncestors(chain);
    }),
    { numRuns: 40 },
  );
  expect(accepted).toBeGreaterThan(0);
});

it("never lets a leaf make a call that an ancestor may not, whatever its holder wrote by hand", async () => {
  accepted = 0;
  await fc.assert(
    fc.asyncProperty(grants, async ([first, ...others]) => {
      let chain = await root(first);
      for (const [index, tools] of others.entries()) {
        const honest = await delegateToken(instance, aDelegation(chain, { ...self, tools: {}, jti: `child-${index}` }));
        const written = Object.entries(tools).map(([tool, limited]): [string, object] => [
          tool,
          limited === null ? {} : parseConstraints(limited),
        ]);
        const details = [{ type: "attenuating_agent_token", tools: Object.fromEntries(written) }];
        const forged = await rewriteLast(honest, instance, (claims) => ({ ...claims, authorization_details: details }));
        const verified = new VerifiedChains().verify(forged, [tokenIssuer.publicKey], NOW_MS);
        if (!("ok" in verified)) chain = forged;
      }
      await leafWithinAncestors(chain);
    }),
    { numRuns: 40 },
  );
  expect(accepted).toBeGreaterThan(0);
});

it("answers hostile chains with a reason and never throws, and delegates nothing from them", async () => {
  const chains = [await aRoot(), await aChain(), await aLongChain()];
  const links = chains.at(-1)?.split("~") ?? [];
  const piece = fc.oneof(fc.constantFrom(...links), anyText(), fc.constantFrom("", "~", "."));
  const cut = fc
    .tuple(fc.constantFrom(...chains), fc.nat(3_000), anyText(3))
    .map(([chain, at, middle]) => chain.slice(0, at) + middle + chain.slice(at + 1));
  const hostile = fc.oneof(
    fc.array(piece, { maxLength: 11 }).map((pieces) => pieces.join("~")),
    cut,
  );
  const verified = new VerifiedChains();
  const whole = new Set(chains.map(withoutIssuersSignature));
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      fc.pre(!chains.includes(text));
      const answer = verified.verify(text, anAnchor().tokenIssuers, NOW_MS);
      expect(REFUSAL_REASONS).toContain("ok" in answer ? answer.reason : undefined);
      // A holder has no key of the issuer: the issuer's own signature is the one thing that only the verifier can judge.
      if (whole.has(withoutIssuersSignature(text))) return;
      const delegated = delegateToken(child, aDelegation(text, { jti: "token-9" }));
      await expect(delegated).rejects.toMatchObject({ code: "trust/parent_refused" });
    }),
    { numRuns: 400 },
  );
});

function withoutIssuersSignature(chain: string): string {
  const [root = "", ...links] = chain.split("~");
  return [root.slice(0, root.lastIndexOf(".")), ...links].join("~");
}

it("answers hostile claims of a holder with a reason and never throws", async () => {
  const chain = await aChain();
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom({}, [], "", 0, 1, -1, 9, "L1", null));
  const names = Object.keys(JSON.parse(openText(chain.split("~")[1] ?? "").payload) as JsonObject);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), value, async (name, claim) => {
      const { payload } = openText(chain.split("~")[1] ?? "");
      fc.pre(JSON.stringify((JSON.parse(payload) as JsonObject)[name]) !== JSON.stringify(claim));
      const text = await rewriteLast(chain, instance, (claims) => ({ ...claims, [name]: claim }));
      const answer = new VerifiedChains().verify(text, anAnchor().tokenIssuers, NOW_MS);
      // Some claims may say something else and keep the law: another jti, an earlier end, a lower level, less depth.
      if ("ok" in answer) expect(REFUSAL_REASONS).toContain(answer.reason);
      else expect(["jti", "exp", "lvl", "del_max_depth"]).toContain(name);
    }),
    { numRuns: 200 },
  );
});

it("gives the same answer whatever is remembered", async () => {
  const chains = [await aRoot(), await aChain(), await aLongChain()];
  const links = chains.at(-1)?.split("~") ?? [];
  const some = fc.array(fc.constantFrom(...links), { minLength: 1, maxLength: 4 }).map((picked) => picked.join("~"));
  const warm = new VerifiedChains();
  fc.assert(
    fc.property(some, (text) => {
      const cold = new VerifiedChains().verify(text, anAnchor().tokenIssuers, NOW_MS);
      expect(warm.verify(text, anAnchor().tokenIssuers, NOW_MS)).toEqual(cold);
    }),
    { numRuns: 60 },
  );
});
