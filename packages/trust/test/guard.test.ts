import { describe, expect, it } from "vitest";
import {
  CALL_PROOF_AGE_MS_MAX,
  type Clock,
  GUARD_REFUSAL_REASONS,
  hashText,
  memoryReplayMarks,
  newNonce,
  systemRandom,
} from "@aura/trust";
import { guardRefusal } from "../src/guard-refusal.ts";
import { NONCE, NOW_MS, stranger } from "./call-world.ts";
import {
  ARGUMENTS,
  AUDIENCE,
  BODY,
  BOUNDARY,
  carried,
  guardOptions,
  httpGuard,
  mcpGuard,
  NAMES,
  otherCommitment,
  post,
  toolCall,
} from "./guard-world.ts";

const refusal = (reason: string, status: number) => ({ ok: false, reason, status });

describe("a guard over HTTP", () => {
  it("lets a call in order pass, with what was proven", async () => {
    expect(await httpGuard()(post(await carried()))).toMatchObject({
      ok: true,
      agent: "refunds",
      tool: "refund",
      call: "mission/m1/call/1.1",
      mission: "m1",
      boundary: BOUNDARY,
      audience: AUDIENCE,
      arguments: ARGUMENTS,
      nonce: NONCE,
      proof: "proof-1",
      evidenceAgeMs: 20,
    });
  });

  it.each(["GET", "HEAD", "PUT", "DELETE"])("refuses %s", async (method) => {
    const { headers } = post(await carried());
    const refused = await httpGuard()(new Request("https://refunds.acme.example/", { method, headers }));
    expect(refused).toMatchObject(refusal("method_refused", 405));
    expect(!refused.ok && refused.response.headers.get("allow")).toBe("POST");
  });

  it.each(["text/plain", "application/json; charset=latin1", "application/jsonx", ""])(
    "refuses a body that says it is %o",
    async (type) => {
      const request = post(await carried(), { headers: { "content-type": type } });
      expect(await httpGuard()(request)).toMatchObject(refusal("media_type_refused", 415));
    },
  );

  it.each([
    ["credential", "credential_missing"],
    ["token", "token_missing"],
    ["proof", "proof_missing"],
    ["nonce", "nonce_missing"],
  ] as const)("refuses a request without a %s", async (part, reason) => {
    for (const request of [post(await carried()), post(await carried())]) {
      request.headers.delete(NAMES.header[part]);
      expect(await httpGuard()(request)).toMatchObject(refusal(reason, 401));
    }
  });

  it.each(["credential", "token", "proof", "nonce"] as const)("refuses a request with two of %s", async (part) => {
    const request = post(await carried());
    request.headers.append(NAMES.header[part], request.headers.get(NAMES.header[part]) ?? "");
    expect(await httpGuard()(request)).toMatchObject(refusal("presented_twice", 400));
  });

  it.each([
    ["white space", '{"amount":"42.00", "order":7}'],
    ["members in another order", '{"order":7,"amount":"42.00"}'],
    ["a member twice", '{"amount":"42.00","amount":"42.00","order":7}'],
    ["another spelling of a number", '{"amount":"42.00","order":7.0}'],
    ["an escape that is not needed", '{"amount":"42\\u002e00","order":7}'],
    ["a byte order mark", "\ufeff{}"],
    ["no object", "[]"],
    ["no JSON", "amount=42.00"],
    ["nothing", ""],
  ])("refuses a body of %s", async (_, body) => {
    expect(await httpGuard()(post(await carried(), { body }))).toMatchObject(refusal("arguments_malformed", 400));
  });

  it("refuses a body that is not UTF-8", async () => {
    const request = post(await carried(), { body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d) });
    expect(await httpGuard()(request)).toMatchObject(refusal("arguments_malformed", 400));
  });

  it("takes a body of the largest size and refuses one byte more, whatever its header says", async () => {
    const options = { argumentsBytesMax: BODY.length };
    expect(await httpGuard(options)(post(await carried()))).toMatchObject({ ok: true });
    for (const length of [String(BODY.length + 1), "1", "lies"]) {
      const request = post(await carried(), { body: `${BODY} `, headers: { "content-length": length } });
      expect(await httpGuard(options)(request)).toMatchObject(refusal("arguments_too_large", 413));
    }
  });

  it("stops reading an endless body at the cap", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
    });
    const { headers } = post(await carried());
    const request = new Request("https://refunds.acme.example/", { method: "POST", headers, body, duplex: "half" });
    expect(await httpGuard({ argumentsBytesMax: 4_096 })(request)).toMatchObject(refusal("arguments_too_large", 413));
    expect(sent).toBeLessThan(10);
  });

  it("does not read the body of who shows no credential of ours", async () => {
    const request = post(await carried({ credentialBy: stranger }));
    expect(await httpGuard()(request)).toMatchObject(refusal("credential_foreign", 401));
    expect(request.bodyUsed).toBe(false);
  });

  it("refuses a body that breaks off, or was read before", async () => {
    const read = post(await carried());
    await read.text();
    expect(await httpGuard()(read)).toMatchObject(refusal("arguments_malformed", 400));
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    const { headers } = post(await carried());
    const broken = new Request("https://refunds.acme.example/", { method: "POST", headers, body, duplex: "half" });
    expect(await httpGuard()(broken)).toMatchObject(refusal("arguments_malformed", 400));
  });

  it("refuses other arguments than those that were proven", async () => {
    const request = post(await carried(), { body: '{"amount":"43.00","order":7}' });
    expect(await httpGuard()(request)).toMatchObject(refusal("proof_other_arguments", 401));
  });

  it("refuses another nonce than the commitment's, and what is none", async () => {
    const call = await carried();
    const other = post({ ...call, nonce: newNonce(systemRandom) });
    expect(await httpGuard()(other)).toMatchObject(refusal("proof_other_arguments", 401));
    expect(await httpGuard()(post({ ...call, nonce: "AA" }))).toMatchObject(refusal("nonce_malformed", 400));
  });

  it.each([
    ["a proof for another audience", { proof: { audience: "https://elsewhere" } }, "audience", 403],
    ["a token for another audience", { token: { audience: "https://elsewhere" } }, "audience", 403],
    ["a proof for another tool", { proof: { tool: "find_order" } }, "proof_other_call", 401],
    ["a proof over other arguments", { proof: { commitment: otherCommitment } }, "proof_other_arguments", 401],
    ["a proof for a call of another mission", { proof: { call: "mission/m2/call/1.1" } }, "mission", 403],
    ["a proof for something that is no call", { proof: { call: "mission/m1" } }, "proof_malformed", 401],
    ["a proof by another key", { proofBy: stranger }, "proof_wrong_key", 401],
    ["a token of another issuer", { tokenBy: stranger }, "token_foreign", 401],
    ["a token that does not grant the tool", { token: { tools: { find_order: null } } }, "tool_not_granted", 403],
    [
      "a token with a tighter limit",
      { token: { tools: { refund: { amount: { decimal: { max: "1" } } } } } },
      "argument_refused",
      403,
    ],
    [
      "a credential that was revoked",
      { credential: { epochs: { org: 1, namespace: 1, agent: 0 } } },
      "credential_revoked",
      401,
    ],
    ["an old proof", { proof: { nowMs: NOW_MS - CALL_PROOF_AGE_MS_MAX - 1_000 } }, "proof_expired", 401],
  ])("refuses %s", async (_, differences, reason, status) => {
    expect(await httpGuard()(post(await carried(differences)))).toMatchObject(refusal(reason, status));
  });

  it.each(["credential", "token", "proof"] as const)("refuses a %s that is not one", async (part) => {
    for (const text of ["x", "a.b.c", "~", "..", "e30.e30.e30", "\u00e9"]) {
      const refused = await httpGuard()(post({ ...(await carried()), [part]: text }));
      expect(refused).toMatchObject(refusal(`${part}_malformed`, 401));
    }
  });

  it("refuses a proof that was shown before, and one that is shown many times at once", async () => {
    const guard = httpGuard();
    const call = await carried();
    expect(await guard(post(call))).toMatchObject({ ok: true });
    expect(await guard(post(call))).toMatchObject(refusal("proof_replayed", 401));
    const next = await carried({ proof: { jti: "proof-2" } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => guard(post(next))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("does not let a refused call use up a proof", async () => {
    const guard = httpGuard();
    const call = await carried();
    expect(await guard(post(call, { body: "{}" }))).toMatchObject({ ok: false });
    expect(await guard(post(call))).toMatchObject({ ok: true });
  });

  it("asks for the epochs of the agent and the mission of the call", async () => {
    const asked: unknown[] = [];
    const options = guardOptions();
    const revocation = (scope: Parameters<typeof options.revocation>[0]) => {
      asked.push(scope);
      return options.revocation(scope);
    };
    await httpGuard({ revocation })(post(await carried()));
    expect(asked).toEqual([{ agent: "refunds", holder: "refunds", mission: "m1" }]);
  });

  it("asks nobody about who shows no credential of ours", async () => {
    const revocation = () => {
      throw new Error("asked");
    };
    expect(await httpGuard({ revocation })(post(await carried({ credentialBy: stranger })))).toMatchObject(
      refusal("credential_foreign", 401),
    );
  });

  it("fails closed when revocation, the boundary or replay cannot be asked", async () => {
    const fail = () => Promise.reject(new Error("the database is away"));
    const call = await carried();
    const unavailable = await httpGuard({ revocation: fail })(post(call));
    expect(unavailable).toMatchObject(refusal("evidence_unavailable", 503));
    expect(!unavailable.ok && unavailable.cause).toEqual(new Error("the database is away"));
    expect(await httpGuard({ boundary: fail })(post(call))).toMatchObject(refusal("evidence_unavailable", 503));
    expect(await httpGuard({ replay: { take: fail } })(post(call))).toMatchObject(refusal("replay_unavailable", 503));
  });

  it.each([
    ["unknown", "replay_unknown", 401],
    ["full", "replay_full", 503],
  ] as const)("lets nobody pass when the replay marks answer %s", async (answer, reason, status) => {
    const guard = httpGuard({ replay: { take: () => answer } });
    expect(await guard(post(await carried()))).toMatchObject(refusal(reason, status));
  });

  it("refuses when what is known about revocation is older than allowed, by one millisecond", async () => {
    const call = await carried();
    expect(await httpGuard({ evidenceAgeMsMax: 19 })(post(call))).toMatchObject(refusal("evidence_too_old", 503));
    expect(await httpGuard({ evidenceAgeMsMax: 20 })(post(call))).toMatchObject({ ok: true });
  });

  it("holds the token against the boundary that is known here", async () => {
    const call = await carried();
    expect(await httpGuard({ boundary: () => hashText("other") })(post(call))).toMatchObject(refusal("boundary", 403));
    expect(await httpGuard({ boundary: () => undefined })(post(call))).toMatchObject(refusal("boundary", 403));
    expect(await httpGuard({ boundary: () => BOUNDARY })(post(call))).toMatchObject({ ok: true });
  });

  it("answers every refusal as a problem of RFC 9457 that tells no secret", async () => {
    const call = await carried({ proofBy: stranger });
    const refused = await httpGuard()(post(call));
    if (refused.ok) throw new Error("the call passed");
    const { response } = refused;
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("www-authenticate")).toBe("AURA");
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ type: "trust/proof_wrong_key", status: 401, title: refused.detail });
    for (const secret of Object.values(call)) expect(text).not.toContain(secret);
  });

  it.each(GUARD_REFUSAL_REASONS)("says %s with a status of its own side or the caller's", (reason) => {
    const { response, problem } = guardRefusal(reason as Parameters<typeof guardRefusal>[0]);
    expect(response.status).toBe(problem["status"]);
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

describe("a guard over MCP", () => {
  it("lets a call in order pass, with a copy of what was proven", async () => {
    const args = { ...ARGUMENTS };
    const call = await mcpGuard()(toolCall(await carried(), { arguments: args }));
    args["amount"] = "99.00";
    expect(call).toMatchObject({ ok: true, tool: "refund", arguments: ARGUMENTS });
  });

  it("refuses a replay, also of a proof that was shown over HTTP to the same marks", async () => {
    const options = guardOptions();
    const call = await carried();
    expect(await httpGuard(options)(post(call))).toMatchObject({ ok: true });
    expect(await mcpGuard(options)(toolCall(call))).toMatchObject(refusal("proof_replayed", 401));
  });

  it.each([
    ["another tool", { name: "find_order" }, "proof_other_call"],
    ["other arguments", { arguments: { amount: "43.00", order: 7 } }, "proof_other_arguments"],
    ["no arguments", { arguments: undefined }, "proof_other_arguments"],
    ["arguments that JSON cannot carry", { arguments: { amount: Number.NaN } }, "arguments_malformed"],
    ["arguments that are a list", { arguments: [] }, "call_malformed"],
    ["no _meta", { _meta: undefined }, "call_malformed"],
    ["an empty _meta", { _meta: {} }, "credential_missing"],
    ["no name", { name: undefined }, "call_malformed"],
  ])("refuses %s", async (_, overrides, reason) => {
    expect(await mcpGuard()(toolCall(await carried(), overrides))).toMatchObject({ ok: false, reason });
  });

  it.each([undefined, null, 7, "x", [], {}])("refuses params that are %o", async (params) => {
    expect(await mcpGuard()(params)).toMatchObject(refusal("call_malformed", 400));
  });

  it("refuses arguments one byte over the cap", async () => {
    const call = toolCall(await carried());
    expect(await mcpGuard({ argumentsBytesMax: BODY.length - 1 })(call)).toMatchObject(
      refusal("arguments_too_large", 413),
    );
    expect(await mcpGuard({ argumentsBytesMax: BODY.length })(call)).toMatchObject({ ok: true });
  });
});

describe("replay marks in memory", () => {
  const mark = (key: string, madeMs = NOW_MS) => ({ key, madeMs, untilMs: madeMs + CALL_PROOF_AGE_MS_MAX });

  it("say that they cannot know about a proof from before they began", () => {
    const marks = memoryReplayMarks({ clock: { nowMs: () => NOW_MS + 500 } });
    expect(marks.take(mark("a", NOW_MS - 1_000))).toBe("unknown");
    expect(marks.take(mark("b", NOW_MS))).toBe("first"); // proofs are dated in whole seconds
  });

  it("let nobody pass when they are full, and let go of what is too old", () => {
    const time = { nowMs: NOW_MS };
    const clock: Clock = { nowMs: () => time.nowMs };
    const marks = memoryReplayMarks({ clock, marksMax: 2 });
    expect([marks.take(mark("a")), marks.take(mark("b")), marks.take(mark("c"))]).toEqual(["first", "first", "full"]);
    time.nowMs += CALL_PROOF_AGE_MS_MAX + 1;
    expect(marks.take(mark("c", time.nowMs))).toBe("first");
  });
});
