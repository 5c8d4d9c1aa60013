import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { PublicKey, Random, Signer } from "@aura/trust";
import { createKeyFile, loadKeyFile } from "@aura/trust/key-file";
import { KEY_USES, keyPath } from "./data-folder.ts";
import type { DataFolder, KeyUse } from "./data-folder.ts";
import { syncFolder } from "./durable-file.ts";
import { fromSystem, keyForeign, keyMissing } from "./runtime-error.ts";

/** The runtime's purpose keys. The root key is never among them. */
export type PurposeKeys = Readonly<Record<KeyUse, Signer>>;

/** Makes the purpose keys that are not there yet. Only before the founding: afterwards a missing key is a loss. */
export async function createMissingKeys(folder: DataFolder, random: Random): Promise<PurposeKeys> {
  return eachUse((use) => createMissingKey(keyPath(folder, use), random));
}

/** Loads a key file, or makes it if it is not there. A crash leaves a whole key or none. */
export async function createMissingKey(path: string, random: Random): Promise<Signer> {
  if (existsSync(path)) return loadKeyFile(path);
  const fresh = `${path}.new`;
  try {
    await rm(fresh, { force: true });
    const key = await createKeyFile(fresh, random);
    await rename(fresh, path);
    await syncFolder(dirname(path));
    return key;
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/**
 * Loads the purpose keys and holds each against the founding statement.
 * @throws `runtime/key_missing`, `runtime/key_foreign`, and what `loadKeyFile` throws
 */
export async function loadKeys(
  folder: DataFolder,
  founded: readonly { readonly use: string; readonly kid: string }[],
): Promise<PurposeKeys> {
  return eachUse(async (use) => {
    const path = keyPath(folder, use);
    if (!existsSync(path)) throw keyMissing(path);
    const key = await loadKeyFile(path);
    if (!founded.some((known) => known.use === use && known.kid === key.publicKey.kid)) throw keyForeign(path);
    return key;
  });
}

/** The public halves as the founding statement lists them. */
export function keySet(keys: PurposeKeys): readonly ({ readonly use: KeyUse } & PublicKey)[] {
  return KEY_USES.map((use) => ({ use, ...keys[use].publicKey }));
}

async function eachUse(load: (use: KeyUse) => Promise<Signer>): Promise<PurposeKeys> {
  const [log, credential, token, outcome] = await Promise.all(KEY_USES.map(load));
  if (!log || !credential || !token || !outcome) throw new TypeError("one key for each use");
  return { log, credential, token, outcome };
}
