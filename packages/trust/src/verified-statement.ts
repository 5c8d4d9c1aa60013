import { isAuraError } from "./aura-error.ts";
import type { JsonObject } from "./json-value.ts";
import { type JwsRefusal, verifyJws } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";

/** Statements that stay verified. An instance shows the same credential and token call after call. */
export const VERIFIED_STATEMENTS_MAX = 512;

export type Statement<Claims> =
  | { readonly ok: true; readonly claims: Claims; readonly kid: string }
  | { readonly ok: false; readonly reason: JwsRefusal; readonly detail?: string };

/** Signature and spelling of a text never change, so they are judged once. Time, epochs and audience are not kept here. */
export class VerifiedStatements<Claims> {
  readonly #typ: string;
  readonly #read: (payload: JsonObject) => Claims;
  readonly #verified = new Map<string, { readonly claims: Claims; readonly kid: string }>();

  constructor(typ: string, read: (payload: JsonObject) => Claims) {
    this.#typ = typ;
    this.#read = read;
  }

  /** Verifies a text under one of `keys`; a key that is trusted no more verifies nothing, remembered or not. */
  verify(text: string, keys: readonly PublicKey[]): Statement<Claims> {
    const known = this.#verified.get(text);
    if (known !== undefined && keys.some(({ kid }) => kid === known.kid)) return { ok: true, ...known };
    const statement = verifyJws(text, this.#typ, keys);
    if (!statement.ok) return statement;
    const claims = readClaims(statement, this.#read);
    if (claims.ok) this.#remember(text, claims.claims, statement.kid);
    return claims;
  }

  get size(): number {
    return this.#verified.size;
  }

  #remember(text: string, claims: Claims, kid: string): void {
    const [oldest] = this.#verified.keys();
    if (oldest !== undefined && this.#verified.size >= VERIFIED_STATEMENTS_MAX) this.#verified.delete(oldest);
    this.#verified.set(text, { claims, kid });
  }
}

/** Verifies a text that is shown once. */
export function verifyOnce<Claims>(
  text: string,
  {
    typ,
    keys,
    read,
  }: { readonly typ: string; readonly keys: readonly PublicKey[]; readonly read: (payload: JsonObject) => Claims },
): Statement<Claims> {
  const statement = verifyJws(text, typ, keys);
  return statement.ok ? readClaims(statement, read) : statement;
}

function readClaims<Claims>(
  { payload, kid }: { readonly payload: JsonObject; readonly kid: string },
  read: (payload: JsonObject) => Claims,
): Statement<Claims> {
  try {
    return { ok: true, claims: read(payload), kid };
  } catch (error) {
    if (isAuraError(error, "trust/claims_refused")) return { ok: false, reason: "payload", detail: error.what };
    throw error;
  }
}
