import {
  CALL_HEADERS,
  CALL_META,
  callHeaders,
  callMeta,
  canonicalJson,
  type CarriedCall,
  commit,
  createGuard,
  createToolCallGuard,
  type GuardOptions,
  hashText,
  type JsonObject,
  memoryReplayMarks,
  type Signer,
} from "@aura/trust";
import { anAnchor, type Differences, instance, NONCE, NOW_MS, present } from "./call-world.ts";

export const AUDIENCE = "https://acme.example/runtime";
export const ARGUMENTS: JsonObject = { amount: "42.00", order: 7 };
export const BODY = canonicalJson(ARGUMENTS);
const { org, namespace, credentialIssuers, tokenIssuers, epochs } = anAnchor();

export const BOUNDARY = hashText("boundary");
export const clock = { nowMs: () => NOW_MS };

export const guardOptions = (overrides: Partial<GuardOptions> = {}): GuardOptions => ({
  anchors: { org, namespace, credentialIssuers, tokenIssuers },
  audience: AUDIENCE,
  replay: memoryReplayMarks({ clock }),
  revocation: () => ({ epochs, evidenceMs: NOW_MS - 20 }),
  clock,
  ...overrides,
});

/** What an honest caller sends beside the arguments, but for these differences. */
export async function carried(differences: Differences & { readonly by?: Signer } = {}): Promise<CarriedCall> {
  return { ...(await present({ proofBy: instance, ...differences })), nonce: NONCE };
}

export function post(call: CarriedCall, init: Pick<RequestInit, "body" | "headers"> = {}): Request {
  const headers = new Headers({ "content-type": "application/json", ...callHeaders(call) });
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  return new Request("https://refunds.acme.example/refund", { method: "POST", headers, body: init.body ?? BODY });
}

export function httpGuard(overrides: Partial<GuardOptions> & { readonly tool?: string } = {}) {
  return createGuard({ tool: "refund", ...guardOptions(overrides), ...overrides });
}

export function mcpGuard(overrides: Partial<GuardOptions> = {}) {
  return createToolCallGuard(guardOptions(overrides));
}

export function toolCall(call: CarriedCall, overrides: { readonly [member: string]: unknown } = {}) {
  return { name: "refund", arguments: ARGUMENTS, _meta: callMeta(call), ...overrides };
}

export const otherCommitment = commit(NONCE, canonicalJson({ amount: "99.00", order: 7 }));
export const NAMES = { header: CALL_HEADERS, meta: CALL_META };
