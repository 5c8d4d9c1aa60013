import { orNothing } from "../aura-error.ts";
import { decodeBase64url } from "../base64url.ts";
import { inspectCheckpoint } from "../checkpoint.ts";
import { parseWitnessKey } from "../cosignature.ts";
import { SEALED_KEY_FORMAT } from "../key-file-box.ts";
import { isObject } from "../json-object.ts";
import type { JsonObject, JsonValue } from "../json-value.ts";
import { loadKeyFile } from "../key-file.ts";
import { parseTlogProof } from "../tlog-proof.ts";
import { CHAIN_CHARS_MAX } from "../token-chain.ts";
import { decodeUtf8 } from "../utf8.ts";
import { parseVerifierKey } from "../verifier-key.ts";
import { typOf } from "./verify-token.ts";

export type Rows = readonly (readonly [string, string | number])[];

/** What a text that is no log says of itself, nothing verified; `undefined` if it is nothing that this version knows. */
export async function factsOf(start: string, path: string): Promise<Rows | undefined> {
  const text = start.trim();
  return (
    proofRows(start) ??
    noteRows(start) ??
    keyRows(text) ??
    tokenRows(text) ??
    receiptRows(start) ??
    (await jsonRows(text, path))
  );
}

/** A checkpoint, with whoever signed or cosigned it. */
export function noteRows(text: string): Rows | undefined {
  const checkpoint = inspectCheckpoint(text);
  if (checkpoint === undefined) return undefined;
  const { origin, size, root, signers } = checkpoint;
  return [
    ["origin", origin],
    ["size", size],
    ["root", root],
    ...signers.map((signer) => ["signed by", signer] as const),
  ];
}

function proofRows(text: string): Rows | undefined {
  const parsed = parseTlogProof(text);
  if (parsed === undefined) return undefined;
  const { index, proof, note, extra } = parsed;
  const told = extra === undefined ? undefined : (decodeUtf8(extra) ?? `${extra.length} bytes that are no text`);
  return [
    ["proof of", `entry ${index}, by ${proof.length} hashes`],
    ...(told === undefined ? [] : [["it holds", told] as const]),
    ...(noteRows(note) ?? [["checkpoint", "unreadable"] as const]),
  ];
}

/** The verifier key of a log, or of a witness. */
function keyRows(text: string): Rows | undefined {
  const [log, witness] = [orNothing(() => parseVerifierKey(text)), orNothing(() => parseWitnessKey(text))];
  const found = log ?? witness;
  if (found === undefined) return undefined;
  return [
    [log === undefined ? "witness key of" : "verifier key of", found.name],
    ["id", found.id],
    ["public key", JSON.stringify(found.key)],
  ];
}

/** Header and payload of a compact JWS; of a chain of execution tokens, of each link. */
function tokenRows(text: string): Rows | undefined {
  if (text.length > CHAIN_CHARS_MAX || typOf(text) === undefined) return undefined;
  const links = text.split("~").map(linkRows);
  if (links.some((rows) => rows === undefined)) return undefined;
  const rows = links.flatMap((link, at) =>
    (link ?? []).map(([name, value]) => [links.length === 1 ? name : `link ${at + 1}, ${name}`, value] as const),
  );
  return [["token of type", typOf(text) ?? ""], ...rows];
}

function linkRows(link: string): Rows | undefined {
  const parts = link.split(".", 4);
  const [header, payload] = parts.map((part) => orNothing(() => decodeUtf8(decodeBase64url(part))));
  if (parts.length !== 3 || header === undefined || payload === undefined) return undefined;
  return [
    ["header", header],
    ["payload", payload],
  ];
}

function receiptRows(start: string): Rows | undefined {
  if (!/^\{"checkpoint":"(?:[^"\\]|\\.)*","custody":/.test(start)) return undefined;
  const checkpoint = /^\{"checkpoint":("(?:[^"\\]|\\.)*")/.exec(start)?.[1];
  const custody = /"custody":(\[[^\]]*\])/.exec(start)?.[1];
  const note = checkpoint === undefined ? undefined : jsonOf(checkpoint);
  return [
    ["receipt", "of one mission; verify it to see more"],
    ["custody", custody ?? "unreadable"],
    ...((typeof note === "string" ? noteRows(note) : undefined) ?? []),
  ];
}

/** Keys: a private one, of which the public half is shown; a sealed one; a public one; a JWK Set. */
async function jsonRows(text: string, path: string): Promise<Rows | undefined> {
  const value = jsonOf(text);
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, "d")) {
    const { publicKey } = await loadKeyFile(path); // with all that keeps a private key private
    return [
      ["private key", "not shown"],
      ["public key", JSON.stringify(publicKey)],
    ];
  }
  if (value["format"] === SEALED_KEY_FORMAT)
    return [
      ["private key", "sealed under a passphrase"],
      ["kid", typeof value["kid"] === "string" ? value["kid"] : "unreadable"],
    ];
  const { keys } = value;
  if (Array.isArray(keys))
    return [["JWK Set", `${keys.length} keys`], ...keys.map((key) => ["key", publicText(key)] as const)];
  return value["kty"] === undefined ? undefined : [["public key", publicText(value)]];
}

const PUBLIC: readonly string[] = ["kty", "crv", "x", "y", "kid", "alg", "use"];

/** A private half is not shown, in whatever file it stands. */
function publicText(key: JsonValue): string {
  if (!isObject(key)) return "unreadable";
  const shown: JsonObject = Object.fromEntries(Object.entries(key).filter(([name]) => PUBLIC.includes(name)));
  return `${JSON.stringify(shown)}${Object.hasOwn(key, "d") ? " and its private half, which is not shown" : ""}`;
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined; // not JSON: something else
  }
}
