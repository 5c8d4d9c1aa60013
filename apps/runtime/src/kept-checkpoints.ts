import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { emptyRoot, openCheckpoint, verifyConsistency } from "@aura/trust";
import type { VerifierKey } from "@aura/trust";
import type { DataFolder } from "./data-folder.ts";
import { makePrivateFolder, readText, writeOnce } from "./durable-file.ts";
import { checkpointForeign, fromSystem, logCut, logRewritten, systemCode } from "./runtime-error.ts";
import { tailIsSigned } from "./signed-tail.ts";
import type { KnownTree } from "./signed-tail.ts";

/** A checkpoint that an earlier run kept as a file. */
export interface KeptCheckpoint {
  readonly path: string;
  /** Leaves it covers; the file's name says so. */
  readonly size: number;
}

const FILE_NAME = /^([1-9][0-9]{0,15})\.txt$/;

/** Keeps a signed tree as a file that is never replaced. Durable when it resolves. @throws `runtime/log_rewritten` */
export async function keepCheckpoint(folder: DataFolder, tree: SignedTree): Promise<void> {
  await makePrivateFolder(folder.checkpoints);
  const path = join(folder.checkpoints, `${tree.size}.txt`);
  if (!(await writeOnce(path, tree.note))) throw logRewritten(folder.path, path);
}

/** The largest kept checkpoint of fewer than `below` leaves; not verified. */
export async function newestKept(
  { checkpoints }: DataFolder,
  below: number = Infinity,
): Promise<KeptCheckpoint | undefined> {
  const sizes = (await namesIn(checkpoints)).flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).map(Number);
  const size = Math.max(...sizes.filter((candidate) => candidate < below));
  return Number.isFinite(size) ? { path: join(checkpoints, `${size}.txt`), size } : undefined;
}

/** How a message names the checkpoint that is stored in the log's own database. */
const STORED = "stored in it";

/**
 * Holds a log against the newest checkpoint that was kept, and against the newest one that is stored in it: both must be
 * signed by `verifierKey`, the stored one must extend the kept one, and the entries after the kept one must be those that the
 * stored one covers. O(log n) hashes, and a read and a hash for each entry after the kept one: of all entries where none is
 * kept. What was appended after the stored one nobody has signed, and nobody can hold it against anything.
 * A kept checkpoint was signed by this store first, so a newest signed tree that is smaller shows that the log was cut and has
 * grown anew.
 * @throws `runtime/log_cut`, `runtime/log_rewritten`, `runtime/checkpoint_foreign`, `store/corrupt`
 */
export async function refuseChangedLog(
  folder: DataFolder,
  log: { readonly store: LogStore; readonly context: NamespaceContext; readonly verifierKey: VerifierKey },
): Promise<void> {
  const { store, context, verifierKey } = log;
  const kept = await openNewest(folder, verifierKey);
  const size = await store.size(context);
  if (size < kept.size) throw logCut(folder.path, size, kept.path);
  const signed = await store.signedTree(context);
  if ((signed?.size ?? 0) < kept.size) throw logRewritten(folder.path, kept.path);
  if (signed === undefined) return;
  const stored = openCheckpoint(signed.note, verifierKey);
  if (!stored.ok || stored.size !== signed.size) throw logRewritten(folder.path, STORED);
  const proof = await store.consistencyProof(context, kept.size, signed.size);
  const claim = { from: kept.size, to: signed.size, fromRoot: kept.root, toRoot: signed.root, proof };
  if (!verifyConsistency(claim)) throw logRewritten(folder.path, kept.path);
  if (stored.root !== signed.root) throw logRewritten(folder.path, STORED);
  if (!(await tailIsSigned(log, kept, signed))) throw logRewritten(folder.path, STORED);
}

/** The newest kept checkpoint, verified; of no leaves where none is kept. */
async function openNewest(folder: DataFolder, key: VerifierKey): Promise<KeptCheckpoint & KnownTree> {
  const newest = await newestKept(folder);
  if (newest === undefined) return { path: folder.checkpoints, size: 0, root: emptyRoot() };
  const kept = openCheckpoint(await readText(newest.path), key);
  if (!kept.ok || kept.size !== newest.size) throw checkpointForeign(newest.path);
  return { ...newest, root: kept.root };
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw fromSystem(error, path);
  }
}
