import type { AgentStatus } from "../agent-status.ts";
import { isAuraError } from "../aura-error.ts";
import { hasExactMembers, isObject, isWhole } from "../json-object.ts";
import type { JsonValue } from "../json-value.ts";
import { type KeySet, openKeySet } from "../key-set.ts";
import { admitTrustAnchor, type PublicKey } from "../public-key.ts";
import { systemClock } from "../system-clock.ts";
import { CHAIN_CHARS_MAX } from "../token-chain.ts";
import { unverifiedClaims } from "../unverified-claims.ts";
import { decodeUtf8 } from "../utf8.ts";
import { namespaceOfOrigin } from "../verifier-key.ts";
import { type Command, type Given, wrong } from "./arguments.ts";
import { usage } from "./command-error.ts";
import { readWhole } from "./evidence-file.ts";
import { givenPublicKey, givenRoot } from "./given.ts";
import { GivenKeys, type TokenAnchors } from "./token-anchors.ts";

/** A file of keys or statuses. */
const OPTION_FILE_BYTES_MAX = 1_048_576;
const SCOPES: readonly string[] = ["org", "namespace", "agent", "mission"];
const STATES: readonly unknown[] = ["unregistered", "active", "suspended", "revoked"] satisfies AgentStatus["state"][];
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/** Everything that a token is verified with. @throws `trust/usage`, `trust/file_unreadable` */
export async function tokenAnchors(command: Pick<Command, "usage">, given: Given): Promise<TokenAnchors> {
  const atMs = givenTime(given.option("at"), "--at") ?? systemClock.nowMs();
  const rootText = given.option("root");
  const root = rootText === undefined ? undefined : await givenRoot(rootText);
  const origin = givenOrigin(command, given.option("origin"));
  const [credential, token, since] = await Promise.all(
    ["credential", "token", "since"].map((name) => textOf(given.option(name), `--${name}`)),
  );
  return {
    keys: await givenKeys(given, { root, origin, atMs }),
    root,
    origin,
    audience: given.option("audience"),
    atMs,
    epochs: givenEpochs(command, given.options("epoch")),
    statuses: await givenStatuses(given.option("statuses")),
    credential,
    token,
    since,
  };
}

/** A point in time with its zone: everything else could mean two. @throws `trust/usage` */
export function givenTime(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = TIME.test(text) ? Date.parse(text) : NaN;
  if (timeMs >= 0) return timeMs;
  throw usage(
    `${option}: ${text} is no time.`,
    "A time has a date, hours, minutes and a zone, so that it means one moment.",
    "Write it like 2026-11-24T18:00:00Z.",
  );
}

/** @throws `trust/usage` */
export function givenOrigin(command: Pick<Command, "usage">, origin: string | undefined): string | undefined {
  if (origin === undefined || namespaceOfOrigin(origin) !== undefined) return origin;
  throw wrong(command, "--origin is not <domain>/aura/<namespace>, like acme.example/aura/payments.");
}

async function givenKeys(
  given: Given,
  { root, origin, atMs }: Pick<TokenAnchors, "root" | "origin" | "atMs">,
): Promise<GivenKeys> {
  const plain: PublicKey[] = [];
  for (const text of given.options("key")) plain.push(await givenPublicKey(text, "--key"));
  const path = given.option("jwks");
  if (path === undefined) return new GivenKeys(plain, undefined, atMs);
  const text = (await textOf(path, "--jwks")) ?? "";
  if (text.startsWith("{")) return new GivenKeys([...plain, ...jwkSet(text, path)], undefined, atMs);
  return new GivenKeys(plain, signedSet(text, path, { root, origin, atMs }), atMs);
}

/** RFC 7517 section 5: keys of a kind that is not ours are passed over. @throws `trust/usage` */
function jwkSet(text: string, path: string): readonly PublicKey[] {
  const keys = jsonOf(text);
  if (!isObject(keys) || !Array.isArray(keys["keys"])) throw noKeys(path, "It is neither a JWK Set nor a key set.");
  const ours = (keys["keys"] as readonly JsonValue[]).filter(
    (key) => isObject(key) && key["kty"] === "OKP" && key["crv"] === "Ed25519",
  );
  if (ours.length === 0) throw noKeys(path, "None of its keys is an Ed25519 key (kty OKP, crv Ed25519).");
  return ours.map((key) => {
    try {
      return admitTrustAnchor(key);
    } catch (error) {
      if (isAuraError(error)) throw noKeys(path, `${error.what} ${error.why}`, error);
      throw error;
    }
  });
}

/** A set that the root signed: its keys count for their purposes alone. @throws `trust/usage` */
function signedSet(
  text: string,
  path: string,
  { root, origin, atMs }: Pick<TokenAnchors, "root" | "origin" | "atMs">,
): KeySet {
  if (root === undefined) {
    throw usage(
      `--jwks: ${path} is a key set that a root signed, and --root is missing.`,
      "Whose keys these are is the word of the root, and which root is yours is not in the file.",
      "Pass the root's public key as --root.",
    );
  }
  const named = unverifiedClaims(text)?.["origin"];
  const opened = openKeySet(root, text, { origin: origin ?? (typeof named === "string" ? named : ""), nowMs: atMs });
  if (opened.ok) return opened.keySet;
  throw usage(
    `--jwks: the key set in ${path} is refused (${opened.reason}).`,
    "Keys count only as the root says, at the time that is asked for.",
    `Verify the set itself to see more: aura-trust verify ${path} --root ROOT.`,
  );
}

function givenEpochs(command: Pick<Command, "usage">, texts: readonly string[]): TokenAnchors["epochs"] {
  const epochs = new Map<string, number>();
  for (const text of texts) {
    const [, scope = "", digits] = /^([a-z]+)=(0|[1-9][0-9]{0,15})$/.exec(text) ?? [];
    if (!SCOPES.includes(scope) || !Number.isSafeInteger(Number(digits)))
      throw wrong(command, "--epoch is not SCOPE=NUMBER, like agent=3; scopes are org, namespace, agent and mission.");
    if (epochs.has(scope)) throw wrong(command, `--epoch ${scope} is given twice.`);
    epochs.set(scope, Number(digits));
  }
  return Object.fromEntries(epochs);
}

/** A JSON object: by the name of each agent what `agentStatus` folds of its entries. */
async function givenStatuses(path: string | undefined): Promise<TokenAnchors["statuses"]> {
  const text = await textOf(path, "--statuses");
  if (text === undefined) return undefined;
  const value = jsonOf(text);
  if (isObject(value) && Object.values(value).every(isStatus)) return value as unknown as TokenAnchors["statuses"];
  throw usage(
    `--statuses: the file ${path} does not say how agents stand.`,
    "It must be JSON: by the name of each agent its state (unregistered, active, suspended, revoked), expiresMs and epoch.",
    'Write what agentStatus answers, like {"refunds":{"state":"active","expiresMs":null,"epoch":0}}.',
  );
}

function isStatus(value: JsonValue): boolean {
  return (
    isObject(value) &&
    hasExactMembers(value, ["epoch", "expiresMs", "state"]) &&
    STATES.includes(value["state"]) &&
    (value["expiresMs"] === null || isWhole(value["expiresMs"])) &&
    isWhole(value["epoch"])
  );
}

/** The text of a file without the line feed at its end. */
async function textOf(path: string | undefined, option: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readWhole(path, Math.max(OPTION_FILE_BYTES_MAX, CHAIN_CHARS_MAX));
  const text = bytes && decodeUtf8(bytes);
  if (text !== undefined) return text.replace(/\n$/, "");
  throw usage(
    `${option}: the file ${path} is no text, or is too large.`,
    "Keys, tokens and statuses are short texts in UTF-8.",
    "Pass the file as its owner gave it to you.",
  );
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined; // whoever asked says what it should have been
  }
}

function noKeys(path: string, why: string, cause?: unknown): Error {
  return usage(
    `--jwks: no key can be taken from ${path}.`,
    why,
    "Pass the JWK Set (RFC 7517) as the issuer published it, or make one with aura-trust jwks.",
    cause,
  );
}
