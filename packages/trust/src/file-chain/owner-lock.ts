import { link, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAuraError } from "../aura-error.ts";
import { encodeBase64url } from "../base64url.ts";
import { canonicalJson, parseCanonicalJson } from "../canonical-json.ts";
import { chainOwned } from "../chain-error.ts";
import { isObject } from "../json-object.ts";
import type { JsonValue } from "../json-value.ts";
import { systemRandom } from "../system-random.ts";
import { codeOf, FILE_MODE, makeFolders } from "./disk.ts";
import { asProcessMark, mayRun, type ProcessMark, thisProcess } from "./process-mark.ts";

const NUMBER = /^[1-9][0-9]{0,14}$/;

/**
 * One owner at a time, among the processes of one machine. Owners are numbered files; the highest number owns. Taking over
 * from an owner that released or died means to create the next number, which only one process can: numbers never fall, and
 * a lower one gives way, so two that take over at once cannot both win. Another machine's owner cannot be judged from here
 * and is never taken over.
 */
export class OwnerLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws `trust/chain_owned`, what the system throws */
  static async take(folder: string, where: string): Promise<OwnerLock> {
    await makeFolders(folder);
    for (;;) {
      const before = await newestOf(folder);
      const owner = before === 0 ? undefined : await readOwner(join(folder, String(before)));
      if (owner !== undefined && mayRun(owner)) throw chainOwned(where, ownerText(owner));
      const path = join(folder, String(before + 1));
      if (!(await create(path))) continue; // somebody else was faster: look again
      if ((await newestOf(folder)) !== before + 1) {
        await unlink(path);
        continue;
      }
      await forgetOlder(folder, before + 1);
      return new OwnerLock(path);
    }
  }

  /** The number stays, so that it is not given again. */
  async release(): Promise<void> {
    const draft = draftOf(this.#path);
    await writeFile(draft, canonicalJson({ released: true }), { mode: FILE_MODE });
    await rename(draft, this.#path);
  }
}

/** With its content at once, or not at all. False if the name is taken. */
async function create(path: string): Promise<boolean> {
  const draft = draftOf(path);
  await writeFile(draft, canonicalJson({ ...thisProcess() }), { mode: FILE_MODE });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

function draftOf(path: string): string {
  return `${path}.${encodeBase64url(systemRandom.bytes(12))}`;
}

async function newestOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  return Math.max(0, ...names.filter((name) => NUMBER.test(name)).map(Number));
}

/** `undefined` if it was released, or holds nothing that a process wrote. */
async function readOwner(path: string): Promise<ProcessMark | undefined> {
  try {
    const value: JsonValue = parseCanonicalJson(await readFile(path));
    return isObject(value) ? asProcessMark(value) : undefined;
  } catch (error) {
    if (isAuraError(error) || codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function forgetOlder(folder: string, newest: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (NUMBER.test(name) && Number(name) < newest) await unlink(join(folder, name));
  }
}

function ownerText({ host, pid }: ProcessMark): string {
  return `by process ${pid} on ${host}; if that machine is gone for good, remove the folder "owner" in it`;
}
