import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { openCheckpoint, verifyConsistency } from "@aura/trust";
import type { VerifierKey } from "@aura/trust";
import type { DataFolder } from "./data-folder.ts";
import { makePrivateFolder, readText, writeOnce } from "./durable-file.ts";
import { checkpointForeign, fromSystem, logCut, logRewritten, systemCode } from "./runtime-error.ts";

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

/**
 * Holds a log against the newest checkpoint that was kept: the newest signed tree must extend it. Its proof costs O(log n)
 * hashes and tile reads; no entry is read. A kept checkpoint was signed by this store first, so a newest signed tree that is
 * smaller shows that the log was cut and has grown anew.
 * @throws `runtime/log_cut`, `runtime/log_rewritten`, `runtime/checkpoint_foreign`
 */
export async function refuseChangedLog(
  folder: DataFolder,
  log: { readonly store: LogStore; readonly context: NamespaceContext; readonly verifierKey: VerifierKey },
): Promise<void> {
  const newest = await newestKept(folder);
  if (newest === undefined) return;
  const kept = openCheckpoint(await readText(newest.path), log.verifierKey);
  if (!kept.ok || kept.size !== newest.size) throw checkpointForeign(newest.path);
  const { store, context } = log;
  const size = await store.size(context);
  if (size < kept.size) throw logCut(folder.path, size, newest.path);
  const signed = await store.signedTree(context);
  if (signed === undefined || signed.size < kept.size) throw logRewritten(folder.path, newest.path);
  const proof = await store.consistencyProof(context, kept.size, signed.size);
  const claim = { from: kept.size, to: signed.size, fromRoot: kept.root, toRoot: signed.root, proof };
  if (!verifyConsistency(claim)) throw logRewritten(folder.path, newest.path);
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw fromSystem(error, path);
  }
}
