import { orNothing } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";

/** The alphabet with padding that C2SP notes use (RFC 4648 section 4). @internal */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encodeBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** The bytes of the one padded spelling; `undefined` for every other text. @internal */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || /[-_]/.test(text)) return undefined;
  const unpadded = text.replace(/={1,2}$/, "");
  const bytes = orNothing(() => decodeBase64url(unpadded.replaceAll("+", "-").replaceAll("/", "_")));
  return bytes !== undefined && encodeBase64(bytes) === text ? bytes : undefined;
}
