import {
  canonicalJson,
  type CarriedCall,
  callHeaders,
  callMeta,
  commit,
  type GuardOptions,
  type JsonObject,
  newNonce,
  proveCall,
  type Signer,
  signerFromSeed,
  systemClock,
  systemRandom,
  uuidv7,
} from "../src/index.ts";
import { anAnchor, instance, present } from "../test/call-world.ts";

/** What the example is started with: the issuers that the caller below uses. */
export function exampleAnchors(): GuardOptions["anchors"] {
  const { org, namespace, credentialIssuers, tokenIssuers } = anAnchor();
  return { org, namespace, credentialIssuers, tokenIssuers };
}

export function exampleLogKey(): Signer {
  return signerFromSeed(new Uint8Array(32).fill(41));
}

const AUDIENCE = "https://refunds.acme.example";
const ARGUMENTS: JsonObject = { amount: "42.00", order: 7 };

async function carried(args: JsonObject): Promise<CarriedCall> {
  const nowMs = systemClock.nowMs();
  const { credential, token } = await present({ credential: { nowMs }, token: { nowMs, audience: AUDIENCE } });
  const nonce = newNonce(systemRandom);
  const commitment = commit(nonce, canonicalJson(args));
  const jti = uuidv7(nowMs, systemRandom);
  const call = { call: "mission/m1/call/1.1", tool: "refund", commitment };
  return {
    credential,
    token,
    proof: await proveCall(instance, { ...call, audience: AUDIENCE, token, nowMs, jti }),
    nonce,
  };
}

/** Calls the HTTP example well, a second time, with other arguments and without a proof; gives status and body of each. */
export async function callExample(send: (request: Request) => Promise<Response>): Promise<readonly string[]> {
  const call = await carried(ARGUMENTS);
  const requests: readonly (readonly [CarriedCall | undefined, JsonObject])[] = [
    [call, ARGUMENTS],
    [call, ARGUMENTS],
    [await carried(ARGUMENTS), { ...ARGUMENTS, amount: "99.00" }],
    [await carried({ amount: "5,000", order: 7 }), { amount: "5,000", order: 7 }],
    [undefined, ARGUMENTS],
  ];
  const answers: string[] = [];
  for (const [shown, args] of requests) {
    const headers = { "content-type": "application/json", ...(shown === undefined ? {} : callHeaders(shown)) };
    const response = await send(
      new Request("https://refunds.acme.example/refund", { method: "POST", headers, body: canonicalJson(args) }),
    );
    const body = (await response.json()) as { readonly type?: string };
    answers.push(`${response.status} ${body.type ?? JSON.stringify(body)}`);
  }
  return answers;
}

/** Calls the MCP example, a method and its params at a time, as {@link callExample} calls the one over HTTP; gives each answer. */
export async function callMcpExample(
  send: (method: string, params: JsonObject) => Promise<unknown>,
): Promise<readonly string[]> {
  const call = await carried(ARGUMENTS);
  const calls: readonly (readonly [CarriedCall | undefined, JsonObject])[] = [
    [call, ARGUMENTS],
    [call, ARGUMENTS],
    [await carried(ARGUMENTS), { ...ARGUMENTS, amount: "99.00" }],
    [undefined, ARGUMENTS],
  ];
  const answers = [JSON.stringify(await send("initialize", {})), JSON.stringify(await send("tools/list", {}))];
  for (const [shown, args] of calls) {
    const meta = shown === undefined ? {} : { _meta: { ...callMeta(shown) } };
    answers.push(JSON.stringify(await send("tools/call", { name: "refund", arguments: args, ...meta })));
  }
  return answers;
}
