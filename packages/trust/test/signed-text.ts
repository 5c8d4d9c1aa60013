import { encodeBase64url, type Signer } from "@aura/trust";
import { utf8 } from "./vector-file.ts";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Signs any two texts as header and payload: what a careless or hostile holder of a key can do. */
export async function signTexts(signer: Signer, header: string, payload: string): Promise<string> {
  const input = `${encodeBase64url(utf8(header))}.${encodeBase64url(utf8(payload))}`;
  return `${input}.${encodeBase64url(await signer.sign(utf8(input)))}`;
}

export function headerFor(signer: Signer, typ: string): string {
  return `{"alg":"EdDSA","kid":"${signer.publicKey.kid}","typ":"${typ}"}`;
}

/** The parts of a compact JWS as text, the signature left out. */
export function openText(text: string): { readonly header: string; readonly payload: string } {
  const [header = "", payload = ""] = text.split(".").map((part) => Buffer.from(part, "base64url").toString());
  return { header, payload };
}

/** The text with the character at `index` replaced by another one of the alphabet. */
export function changeAt(text: string, index: number, step = 1): string {
  const value = BASE64URL.indexOf(text.charAt(index));
  const other = value === -1 ? "A" : BASE64URL.charAt((value + step) % BASE64URL.length);
  return text.slice(0, index) + other + text.slice(index + 1);
}

/** Other spellings that lenient decoders read as the same three parts. */
export function otherSpellings(text: string): readonly (readonly [string, string])[] {
  const parts = text.split(".");
  const withPart = (index: number, change: (part: string) => string) =>
    parts.map((part, at) => (at === index ? change(part) : part)).join(".");
  return [
    ...[0, 1, 2].flatMap((index): (readonly [string, string])[] => [
      [`padding after part ${index + 1}`, withPart(index, (part) => `${part}=`)],
      [`two of padding after part ${index + 1}`, withPart(index, (part) => `${part}==`)],
      [`a space in part ${index + 1}`, withPart(index, (part) => `${part.slice(0, 4)} ${part.slice(4)}`)],
      [`a line feed after part ${index + 1}`, withPart(index, (part) => `${part}\n`)],
      [`spare bits in part ${index + 1}`, withPart(index, (part) => spareBit(part))],
    ]),
    ["a space before", ` ${text}`],
    ["a line feed after", `${text}\n`],
    ["a fourth part", `${text}.`],
    ["a part in front", `.${text}`],
    ["the other alphabet", text.replace(/-/g, "+").replace(/_/g, "/").concat("+")],
  ];
}

/** Sets an unused bit of the last character if there is one, else adds a character. */
function spareBit(part: string): string {
  return part.length % 4 === 0 ? `${part}A` : changeAt(part, part.length - 1);
}
