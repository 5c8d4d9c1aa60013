import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { namesIn, readText, writeDurably } from "./durable-file.ts";
import { folderForeign, notFounded } from "./runtime-error.ts";

/** What each purpose key signs; no key serves two purposes. */
export const KEY_USES = ["log", "credential", "token", "outcome"] as const;
export type KeyUse = (typeof KEY_USES)[number];

/** Where everything of one namespace lies on the disk. */
export interface DataFolder {
  readonly path: string;
  /** Says which namespace this is; written first. */
  readonly identity: string;
  readonly keys: string;
  readonly log: string;
  /** The log's verifier key (C2SP signed-note), to be handed to others. */
  readonly verifierKey: string;
  /** The working copy of an application's files. */
  readonly files: string;
  /** Signed checkpoints that earlier runs left, one file a size. */
  readonly checkpoints: string;
  /** The exported log and receipts. */
  readonly out: string;
  /** Hashes of the operators' keys, and the persons they stand for. */
  readonly operators: string;
  /** The key of the first operator, in the clear. The runtime never reads it; the command line does. */
  readonly operatorKey: string;
  /** Hashes of what lets a browser in. */
  readonly sessions: string;
  /** Where the runtime that owns the folder listens; there while it runs. */
  readonly runtime: string;
  /** Says where the root key was made, so that it is kept from agents for as long as it lies there. */
  readonly rootPlace: string;
}

/** Which namespace a data folder holds. */
export interface Identity {
  readonly namespace: string;
  /** Domain of the organisation: `example.com`. */
  readonly org: string;
  /** Name of its log: `<org>/aura/<namespace>`. */
  readonly origin: string;
}

const IDENTITY_FORMAT = "aura-namespace-1";
const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

export function dataFolder(path: string): DataFolder {
  const folder = resolve(path);
  return {
    path: folder,
    identity: join(folder, "namespace.json"),
    keys: join(folder, "keys"),
    log: join(folder, "log.sqlite"),
    verifierKey: join(folder, "log.vkey"),
    files: join(folder, "files"),
    checkpoints: join(folder, "checkpoints"),
    out: join(folder, "out"),
    operators: join(folder, "operators.json"),
    operatorKey: join(folder, "operator.key"),
    sessions: join(folder, "sessions.json"),
    runtime: join(folder, "runtime.json"),
    rootPlace: join(folder, "root-place"),
  };
}

export function keyPath(folder: DataFolder, use: KeyUse): string {
  return join(folder.keys, `${use}.key`);
}

/** True once the namespace was founded to the end: `log.vkey` is written last, checkpoints and exports come after it. */
export function wasFounded({ verifierKey, checkpoints, out }: DataFolder): boolean {
  return [verifierKey, checkpoints, out].some((path) => existsSync(path));
}

/** True for a name that can stand in a log's origin. */
export function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}

/** `undefined` if the folder is not there, or empty. @throws `runtime/folder_foreign` if something else lives in it */
export async function findIdentity(folder: DataFolder): Promise<Identity | undefined> {
  const names = await namesIn(folder.path);
  if (names.includes(basename(folder.identity))) return readIdentity(folder);
  const others = names.filter((name) => name !== `${basename(folder.identity)}.new`);
  if (others.length > 0) throw folderForeign(folder.path, others.slice(0, 3).join(", "));
  return undefined;
}

/** @throws `runtime/not_founded`, `runtime/folder_foreign` */
export async function loadIdentity(folder: DataFolder): Promise<Identity> {
  const identity = await findIdentity(folder);
  if (identity === undefined) throw notFounded(folder.path);
  return identity;
}

export async function writeIdentity(folder: DataFolder, identity: Identity): Promise<void> {
  const { namespace, org, origin } = identity;
  await writeDurably(
    folder.identity,
    `${JSON.stringify({ format: IDENTITY_FORMAT, namespace, org, origin }, null, 2)}\n`,
  );
}

async function readIdentity(folder: DataFolder): Promise<Identity> {
  const identity = parseIdentity(await readText(folder.identity));
  if (identity === undefined) throw folderForeign(folder.path, "a namespace.json that is not ours");
  return identity;
}

function parseIdentity(text: string): Identity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, namespace, org, origin } = value as { readonly [member: string]: unknown };
  if (format !== IDENTITY_FORMAT || typeof namespace !== "string" || typeof org !== "string") return undefined;
  return origin === `${org}/aura/${namespace}` ? { namespace, org, origin } : undefined;
}

/** Durable when it resolves: before there is a key to keep. */
export function writeRootPlace({ rootPlace }: DataFolder, rootFolder: string): Promise<void> {
  return writeDurably(rootPlace, `${resolve(rootFolder)}\n`);
}

/** Absolute paths of folders that may hold a root key or people's keys: beside the data folder, and where the founding said. */
export async function rootPlaces({ path, rootPlace }: DataFolder): Promise<readonly string[]> {
  return [`${path}.root`, ...(existsSync(rootPlace) ? [(await readText(rootPlace)).trimEnd()] : [])];
}
