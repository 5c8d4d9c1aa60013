import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "@aura/governance";
import { CONTROL_STREAM } from "@aura/mission";
import type { LogStore, NamespaceContext } from "@aura/store";
import { canonicalJson, formatVerifierKey, openFounding, signFounding, uuidv7 } from "@aura/trust";
import type { Clock, FoundingStatement, Random } from "@aura/trust";
import { findIdentity, wasFounded, writeIdentity, writeRootPlace } from "./data-folder.ts";
import type { DataFolder, Identity } from "./data-folder.ts";
import { makePrivateFolder, readText, writeDurably } from "./durable-file.ts";
import { createMissingKey, createMissingKeys, keySet, loadKeys } from "./keys.ts";
import type { PurposeKeys } from "./keys.ts";
import { releasePayload } from "./namespace.ts";
import { isWithin, realPath } from "./real-path.ts";
import { record } from "./record.ts";
import { foundedAlready, foundingUnfinished, logLost, rootFolderRefused, verifierKeyForeign } from "./runtime-error.ts";

/** The verifier key is public: anybody may read it. */
const PUBLIC_FILE_MODE = 0o644;

/** What a founding needs from outside. */
export interface FoundingParts {
  readonly folder: DataFolder;
  /** Where the root key is made, apart from everything the runtime uses. Needed again only when keys change. */
  readonly rootFolder: string;
  readonly org: string;
  /** The first release: the root's choice. */
  readonly release: Release;
  readonly clock: Clock;
  readonly random: Random;
  /** Opens the folder's log. Nobody else has it open meanwhile. */
  openStore(): Promise<LogStore>;
}

/** A namespace that can be used. */
export interface Founded {
  readonly identity: Identity;
  readonly statement: FoundingStatement;
}

/**
 * Founds a namespace: identity, keys, entry 0, verifier key, in this order. Each is durable before the next and is taken
 * over if it stands already, so a founding that was interrupted is finished by doing it again.
 * @throws `runtime/root_folder_refused`, `runtime/founded_already`, `runtime/log_lost`, `runtime/folder_foreign`,
 * `runtime/folder_not_writable`, `runtime/disk_full`, `store/locked`
 */
export async function found(parts: FoundingParts): Promise<Founded> {
  const { folder, random } = parts;
  if (isWithin(await realPath(parts.rootFolder), await realPath(folder.path))) {
    throw rootFolderRefused(parts.rootFolder, folder.path);
  }
  await makePrivateFolder(folder.path);
  const known = await findIdentity(folder);
  const identity = known ?? newIdentity(parts);
  if (known === undefined) await writeIdentity(folder, identity);

  refuseLostLog(folder);
  const store = await parts.openStore();
  try {
    const context = { namespace: identity.namespace };
    let statement = await findStatement(store, context);
    if (statement === undefined && wasFounded(folder)) throw logLost(folder.path);
    if (statement !== undefined && existsSync(folder.verifierKey))
      throw foundedAlready(folder.path, identity.namespace);
    await makePrivateFolder(folder.keys);
    const keys = await (statement === undefined ? createMissingKeys(folder, random) : loadKeys(folder, statement.keys));
    statement ??= await recordFounding(parts, identity, keys, store);
    const verifierKey = formatVerifierKey(identity.origin, keys.log.publicKey);
    await writeDurably(folder.verifierKey, `${verifierKey}\n`, PUBLIC_FILE_MODE);
    return { identity, statement };
  } finally {
    await store.close();
  }
}

/** Called before the log is opened, which would make an empty one. @throws `runtime/log_lost` */
export function refuseLostLog(folder: DataFolder): void {
  if (wasFounded(folder) && !existsSync(folder.log)) throw logLost(folder.path);
}

/** What the founding entry of an open log says. @throws `runtime/founding_unfinished`, `runtime/log_lost` */
export async function loadStatement(
  store: LogStore,
  context: NamespaceContext,
  folder: DataFolder,
): Promise<FoundingStatement> {
  const statement = await findStatement(store, context);
  if (statement === undefined && wasFounded(folder)) throw logLost(folder.path);
  if (statement === undefined || !existsSync(folder.verifierKey)) throw foundingUnfinished(folder.path);
  return statement;
}

/** What is handed to others must verify what is signed here. @throws `runtime/verifier_key_foreign` */
export async function checkVerifierKey(folder: DataFolder, { origin }: Identity, { log }: PurposeKeys): Promise<void> {
  const text = await readText(folder.verifierKey);
  if (text.trimEnd() !== formatVerifierKey(origin, log.publicKey)) throw verifierKeyForeign(folder.verifierKey);
}

export function rootKeyPath(rootFolder: string): string {
  return join(rootFolder, "root.key");
}

/** The public half, a JWK: who holds it can tell who founded the log. */
export function rootPublicKeyPath(rootFolder: string): string {
  return join(rootFolder, "root.jwk");
}

function newIdentity({ org, clock, random }: FoundingParts): Identity {
  const namespace = uuidv7(clock.nowMs(), random);
  return { namespace, org, origin: `${org}/aura/${namespace}` };
}

async function findStatement(store: LogStore, context: NamespaceContext): Promise<FoundingStatement | undefined> {
  for await (const entry of store.read(context, CONTROL_STREAM, 0)) {
    const { statement } = entry.data;
    if (entry.type !== "namespace.founded" || typeof statement !== "string") return undefined;
    const opened = openFounding(statement);
    return opened.ok ? opened.statement : undefined;
  }
  return undefined;
}

async function recordFounding(
  parts: FoundingParts,
  identity: Identity,
  keys: PurposeKeys,
  store: LogStore,
): Promise<FoundingStatement> {
  const { random, rootFolder } = parts;
  await writeRootPlace(parts.folder, rootFolder);
  await makePrivateFolder(rootFolder);
  const root = await createMissingKey(rootKeyPath(rootFolder), random);
  await writeDurably(rootPublicKeyPath(rootFolder), `${canonicalJson({ ...root.publicKey })}\n`, PUBLIC_FILE_MODE);
  const founder = await createMissingKey(join(rootFolder, "approver.key"), random);
  const release = releasePayload({ random }, parts.release);
  const statement: FoundingStatement = {
    format: "aura-founding-1",
    origin: identity.origin,
    namespace: identity.namespace,
    foundedMs: store.nowMs(),
    keys: keySet(keys),
    constitution: { quorum: 1 },
    approvers: [{ id: uuidv7(store.nowMs(), random), key: founder.publicKey }],
    release: release.commitment,
    refounds: null,
  };
  await record(
    { store, context: { namespace: identity.namespace }, random },
    CONTROL_STREAM,
    {
      type: "namespace.founded",
      actor: { id: root.publicKey.kid, custody: "person" },
      data: { statement: await signFounding(root, statement) },
      payloads: { release: release.commitment },
    },
    [release],
  );
  return statement;
}
