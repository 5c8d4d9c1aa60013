import type { PresentedCall } from "./verify-call.ts";

/** What travels beside the arguments: the dual token, the proof, and the nonce that opens the proof's commitment. */
export interface CarriedCall extends PresentedCall {
  /** The nonce of the commitment to the arguments, 32 bytes of base64url. Secret between caller and tool. */
  readonly nonce: string;
}

/** Header fields of a call over HTTP; each stands once. The body is the arguments, in canonical JSON. */
export const CALL_HEADERS = {
  credential: "Aura-Credential",
  token: "Aura-Token",
  proof: "Aura-Proof",
  nonce: "Aura-Nonce",
} as const satisfies { readonly [part in keyof CarriedCall]: string };

/** Members of `params._meta` of an MCP `tools/call`, beside `params.arguments`. */
export const CALL_META = {
  credential: "aura/credential",
  token: "aura/token",
  proof: "aura/proof",
  nonce: "aura/nonce",
} as const satisfies { readonly [part in keyof CarriedCall]: string };

/** The header fields that a caller sends. */
export function callHeaders(call: CarriedCall): { readonly [field: string]: string } {
  return named(CALL_HEADERS, call);
}

/** The `_meta` that a caller sends. */
export function callMeta(call: CarriedCall): { readonly [member: string]: string } {
  return named(CALL_META, call);
}

function named(names: typeof CALL_HEADERS | typeof CALL_META, call: CarriedCall): { readonly [name: string]: string } {
  return Object.fromEntries([
    [names.credential, call.credential],
    [names.token, call.token],
    [names.proof, call.proof],
    [names.nonce, call.nonce],
  ]);
}
