import { isAuraError } from "./aura-error.ts";
import { decodeBase64url } from "./base64url.ts";
import { parseCanonicalJson } from "./canonical-json.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject } from "./json-value.ts";
import { JWS_CHARS_MAX, JWS_DEPTH_MAX } from "./jws.ts";

/**
 * The payload of a compact JWS whose signature nobody has looked at: only good for finding out what to ask for before the
 * text is verified. `undefined` if it is not three parts with a canonical JSON object in the middle. @internal
 */
export function unverifiedClaims(text: string): JsonObject | undefined {
  const parts = text.length > JWS_CHARS_MAX ? [] : text.split(".", 4);
  if (parts.length !== 3) return undefined;
  try {
    const payload = parseCanonicalJson(decodeBase64url(parts[1] ?? ""), { depthMax: JWS_DEPTH_MAX });
    return isObject(payload) ? payload : undefined;
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
