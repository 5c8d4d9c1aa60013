import { unlinkSync } from "node:fs";
import { link, open, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { encodeBase64url } from "../base64url.ts";
import { codeOf, openFile, syncFolder } from "../file-chain/disk.ts";
import { systemRandom } from "../system-random.ts";
import { encodeUtf8 } from "../utf8.ts";
import { fileExists, fileUnwritable, systemProblem } from "./command-error.ts";
import { onInterrupt } from "./interrupt.ts";

/** Written at once: many small lines become few writes. */
const WRITE_CHARS = 262_144;

/**
 * Writes a new file, whole or not at all, and durable with its name when it resolves. What is there under that name is never
 * touched, and nothing is left of a writing that failed or was interrupted.
 * @throws `trust/file_exists`, `trust/file_unwritable`, what `parts` throws
 */
export async function writeNewFile(path: string, parts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const whole = resolve(path);
  const draft = `${whole}.${encodeBase64url(systemRandom.bytes(9))}.new`;
  const file = await writing(path, () => open(draft, "wx", 0o644));
  const forget = onInterrupt(() => unlinkSync(draft));
  try {
    try {
      let held = "";
      for await (const part of parts) {
        held += part;
        if (held.length < WRITE_CHARS) continue;
        await writing(path, () => file.writeFile(encodeUtf8(held)));
        held = "";
      }
      await writing(path, async () => {
        await file.writeFile(encodeUtf8(held));
        await file.sync();
      });
    } finally {
      await file.close();
    }
    await writing(path, () => link(draft, whole)); // unlike a rename, it takes no other file's place
  } finally {
    forget();
    await unlink(draft);
  }
  await writing(path, () => syncFolder({ open: openFile }, dirname(whole)));
}

async function writing<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? fileExists(path) : fileUnwritable(path, systemProblem(error), error);
  }
}
