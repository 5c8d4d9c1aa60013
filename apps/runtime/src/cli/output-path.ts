import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DataFolder } from "../data-folder.ts";
import { makePrivateFolder, refuseSpecialFile } from "../durable-file.ts";
import { isWithin, realPath } from "../real-path.ts";
import { outputRefused } from "../runtime-error.ts";
import { defaultRootFolder } from "./init.ts";

/**
 * Where `--out` leads, before anything is opened: never among the data folder's own files (only below its `out/`), never
 * into the root key's folder beside it, never over what is no regular file. Makes the `out/` of a founded namespace if it is not
 * there.
 * @throws `runtime/output_refused`
 */
export async function outputPath(given: string, folder: DataFolder): Promise<string> {
  const out = resolve(given);
  const real = join(await realPath(dirname(out)), basename(out)); // the last name is replaced, never followed
  const data = await realPath(folder.path);
  const exported = join(data, basename(folder.out));
  if (isWithin(real, data) && (real === exported || !isWithin(real, exported))) {
    throw outputRefused(out, `it lies in the data folder, where only ${folder.out} takes outputs`);
  }
  const root = await realPath(defaultRootFolder(folder.path));
  if (isWithin(real, root)) throw outputRefused(out, "it lies in the folder of the root key");
  if (dirname(real) === exported && existsSync(folder.verifierKey)) await makePrivateFolder(exported);
  if (!existsSync(dirname(out))) throw outputRefused(out, `there is no folder ${dirname(out)}`);
  await refuseSpecialFile(out);
  return out;
}
