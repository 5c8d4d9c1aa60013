import type { KeyUse } from "../founding.ts";
import { KEY_SET_LIFE_MS_MAX, type KeySet, openKeySet, signKeySet, type TimedKey } from "../key-set.ts";
import { loadKeyFile } from "../key-file.ts";
import type { PublicKey } from "../public-key.ts";
import type { Signer } from "../signer.ts";
import { systemClock } from "../system-clock.ts";
import { unverifiedClaims } from "../unverified-claims.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type Command, type Given, readArguments, wrong } from "./arguments.ts";
import { usage } from "./command-error.ts";
import { readWhole } from "./evidence-file.ts";
import { EXIT } from "./exit-code.ts";
import { givenPublicKey } from "./given.ts";
import { givenPassphrase, givenSigner } from "./given-signer.ts";
import { writeNewFile } from "./new-file.ts";
import { jsonLine, shown } from "./terminal.ts";
import { givenOrigin, givenTime } from "./token-options.ts";

const KEY_FILE_BYTES_MAX = 8_192;
const KEY_SET_BYTES_MAX = 65_537;
/** Of a signed set: a key's purpose, its file, and perhaps a life of its own. */
const TIMED = /^(log|credential|token|outcome)=(.+?)(?:,([0-9][^,]*),([0-9][^,]*))?$/;

export const jwksCommand: Command = {
  name: "jwks",
  summary:
    "Writes the public halves of keys as a JWK Set (RFC 7517); with --root-key, as a key set that the root signed.",
  usage:
    "aura-trust jwks KEY ... [--out FILE]\n  aura-trust jwks USE=KEY[,FROM,UNTIL] ... --root-key FILE --origin ORIGIN --until TIME [--from TIME] [--since FILE] [--passphrase-fd N] [--out FILE] [--json]",
  help: `KEY is a key file, a public key (JWK) or a verifier key, or a file that holds one; no private half is ever written.
USE is log, credential, token or outcome: no key serves two. FROM and UNTIL are a key's own life, else it lives as the set does.

  --root-key FILE      the private root key, which signs the set
  --origin ORIGIN      the namespace whose keys these are, like acme.example/aura/payments
  --from, --until TIME the life of the set, like 2026-11-24T18:00:00Z, at most 400 days; from now, unless it says otherwise
  --since FILE         the set before this one: version and link are taken from there
  --passphrase-fd N    the passphrase of the root key, from the first line of file descriptor N
  --out FILE           the file to write; one that exists is never touched. Without it the set goes to standard output`,
  async run(args, terminal) {
    const once = ["root-key", "origin", "from", "until", "since", "passphrase-fd", "out"];
    const given = readArguments(this, args, { once, file: "some" });
    const rootPath = given.option("root-key");
    const out = given.option("out");
    if (rootPath === undefined) {
      const other = once.find((name) => name !== "out" && given.option(name) !== undefined);
      if (other !== undefined)
        throw wrong(this, `--${other} is for a set that a root signs, and --root-key is missing.`);
    }
    const text =
      rootPath === undefined
        ? `${JSON.stringify({ keys: await jwksOf(given.files) }, undefined, 2)}\n`
        : `${await signedSet(this, given, rootPath)}\n`;
    if (out === undefined) {
      terminal.out(text);
      return EXIT.OK;
    }
    await writeNewFile(out, [text]);
    const keys = given.files.length;
    const wrote = `Wrote ${keys === 1 ? "one public key" : `${keys} public keys`} to ${shown(out)}`;
    terminal.out(
      given.json ? jsonLine({ file: out, keys }) : `${wrote}${rootPath === undefined ? "" : ", signed by the root"}.\n`,
    );
    return EXIT.OK;
  },
};

/** RFC 7517 section 5, with what RFC 8037 says of Ed25519. */
async function jwksOf(files: readonly string[]): Promise<readonly object[]> {
  const keys = new Map<string, object>();
  for (const file of files) {
    const { kty, crv, x, kid } = await publicHalf(file);
    keys.set(kid, { kty, crv, x, kid, alg: "EdDSA", use: "sig" });
  }
  return [...keys.values()];
}

async function signedSet(command: Command, given: Given, rootPath: string): Promise<string> {
  const origin = givenOrigin(command, given.option("origin"));
  if (origin === undefined) throw wrong(command, "--origin is missing: a key set speaks for one namespace.");
  const expiresMs = givenTime(given.option("until"), "--until");
  if (expiresMs === undefined) throw wrong(command, "--until is missing: a key set has an end.");
  const notBeforeMs = givenTime(given.option("from"), "--from") ?? systemClock.nowMs();
  if (expiresMs <= notBeforeMs || expiresMs - notBeforeMs > KEY_SET_LIFE_MS_MAX)
    throw wrong(command, "--until is not after --from, or more than 400 days later.");
  const keys: TimedKey[] = [];
  for (const text of given.files) {
    const [, use, path = "", from, until] = TIMED.exec(text) ?? [];
    if (use === undefined)
      throw wrong(command, `${text} does not start with its purpose: log=, credential=, token= or outcome=.`);
    keys.push({
      use: use as KeyUse,
      ...(await publicHalf(path)),
      notBeforeMs: givenTime(from, text) ?? notBeforeMs,
      expiresMs: givenTime(until, text) ?? expiresMs,
    });
  }
  const root = await givenSigner(rootPath, givenPassphrase(command, given.option("passphrase-fd")));
  const previous = await previousSet(root, origin, given.option("since"));
  return signKeySet(root, { origin, notBeforeMs, expiresMs, keys }, previous);
}

/** The set before, under the root that signs the next, at the time when it began: it may have ended since. */
async function previousSet(root: Signer, origin: string, path: string | undefined): Promise<KeySet | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readWhole(path, KEY_SET_BYTES_MAX);
  const text = (bytes && decodeUtf8(bytes))?.replace(/\n$/, "") ?? "";
  const began = unverifiedClaims(text)?.["notBeforeMs"];
  const opened = openKeySet(root.publicKey, text, { origin, nowMs: typeof began === "number" ? began : 0 });
  if (opened.ok) return opened.keySet;
  throw usage(
    `--since: ${path} is not a key set of ${origin} that this root signed (${opened.reason}).`,
    "The next set names the one before it, so that nobody can put an older one in its place.",
    "Pass the newest set of this namespace, or leave --since out for the very first.",
  );
}

/** Of a key file, or a public key as `verify` takes it. */
async function publicHalf(path: string): Promise<PublicKey> {
  const bytes = /^[{]|\+/.test(path) ? undefined : await readWhole(path, KEY_FILE_BYTES_MAX);
  const text = Buffer.from(bytes ?? new Uint8Array()).toString("latin1");
  if (text.includes('"d":')) return (await loadKeyFile(path)).publicKey;
  if (text.includes('"box":'))
    throw usage(
      `The key file ${path} is sealed: its public half is not in it.`,
      "What is sealed only its passphrase opens.",
      "Pass the public key that keygen showed, as JWK or verifier key.",
    );
  return givenPublicKey(path, "KEY");
}
