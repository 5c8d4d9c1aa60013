import fc from "fast-check";
import { expect, it } from "vitest";
import { hashText, type JsonObject, REFUSAL_REASONS, verifyCall } from "@aura/trust";
import { readCallProof } from "../src/call-proof.ts";
import { readCredential } from "../src/credential.ts";
import { readExecutionToken } from "../src/execution-token.ts";
import { VERIFIED_STATEMENTS_MAX, VerifiedStatements } from "../src/verified-statement.ts";
import { isAuraError, signJws } from "@aura/trust";
import { aCall, anAnchor, credentialIssuer, instance, present, tokenIssuer } from "./call-world.ts";
import { anyText } from "./hostile-text.ts";
import { openText, signTexts } from "./signed-text.ts";
import { thrownBy } from "./vector-file.ts";

const PARTS = ["credential", "token", "proof"] as const;
const issuers = { credential: credentialIssuer, token: tokenIssuer, proof: instance };

it("answers hostile texts with a reason and never throws", async () => {
  const presented = await present();
  const noise = fc.oneof(anyText(), fc.base64String(), fc.anything());
  const cut = fc
    .tuple(fc.constantFrom(...PARTS), fc.nat(1_000), anyText(3))
    .map(([part, at, middle]) => presented[part].slice(0, at) + middle + presented[part].slice(at + 1));
  fc.assert(
    fc.property(fc.constantFrom(...PARTS), fc.oneof(noise, cut), (part, text) => {
      fc.pre(text !== presented[part]);
      const answer = verifyCall(anAnchor(), { ...presented, [part]: text as string }, aCall());
      expect(answer.ok).toBe(false);
      if (!answer.ok) expect(REFUSAL_REASONS).toContain(answer.reason);
    }),
    { numRuns: 500 },
  );
});

it("answers hostile claims of a trusted issuer with a reason and never throws", async () => {
  const presented = await present();
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom({}, [], "", 0, -1, 1e21, "L1", null));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PARTS), fc.nat(12), value, async (part, at, claim) => {
      const { header, payload } = openText(presented[part]);
      const claims = JSON.parse(payload) as Record<string, unknown>;
      const names = Object.keys(claims);
      const name = names[at % names.length] ?? "";
      fc.pre(JSON.stringify(claims[name]) !== JSON.stringify(claim));
      const text = await signTexts(issuers[part], header, JSON.stringify({ ...claims, [name]: claim }));
      const answer = verifyCall(anAnchor(), { ...presented, [part]: text }, aCall());
      // `iss` and `jti` may say something else and still be well formed; then the next thing that rests on them refuses.
      if (answer.ok) expect(["iss", "jti"]).toContain(name);
      else expect(REFUSAL_REASONS).toContain(answer.reason);
    }),
    { numRuns: 200 },
  );
});

it("answers hostile arguments and never throws", async () => {
  const presented = await present();
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("amount", "order", "__proto__", "toString", "x"), fc.anything()),
      (args) => {
        const answer = verifyCall(anAnchor(), presented, aCall({ arguments: args as JsonObject }));
        if (answer.ok) expect(Object.keys(args).toSorted()).toEqual(["amount", "order"]);
        else expect(answer.reason).toBe("argument_refused");
      },
    ),
    { numRuns: 500 },
  );
});

it("reads any object as claims, or refuses it with a typed error", () => {
  const claims = fc.dictionary(
    fc.constantFrom("aud", "aura", "call", "cnf", "exp", "iat", "iss", "jti", "sub", "tool", "wid"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(claims, fc.constantFrom(readCredential, readExecutionToken, readCallProof), (payload, read) => {
      expect(
        isAuraError(
          thrownBy(() => read(payload as JsonObject)),
          "trust/claims_refused",
        ),
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it("remembers a bounded number of verified statements, and answers the same with and without memory", async () => {
  const statements = new VerifiedStatements("a+jwt", (payload) => payload);
  const keys = [instance.publicKey];
  const first = await signJws(instance, "a+jwt", { n: hashText("first") });
  const fresh = statements.verify(first, keys);
  expect(statements.verify(first, keys)).toEqual(fresh);
  for (let n = 0; n < VERIFIED_STATEMENTS_MAX; n += 1) statements.verify(await signJws(instance, "a+jwt", { n }), keys);
  expect(statements.size).toBe(VERIFIED_STATEMENTS_MAX);
  expect(statements.verify(first, keys)).toEqual(fresh);
  expect(statements.verify(first, [])).toEqual({ ok: false, reason: "unknown_key" });
});
