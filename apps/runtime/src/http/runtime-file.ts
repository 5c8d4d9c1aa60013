import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { DataFolder } from "../data-folder.ts";
import { readText, writeDurably } from "../durable-file.ts";

/** Where the runtime that owns a data folder listens. A file that a killed runtime left is found out by asking. */
export interface RuntimeAddress {
  readonly url: string;
  readonly pid: number;
  readonly startedMs: number;
  /** 32 bytes, base64url. A process that took over the port cannot know it, and gets no key from us. */
  readonly secret: string;
  /** PEM file of the certificate that it shows, if it speaks TLS itself. */
  readonly certificate: string | null;
}

const FORMAT = "aura-runtime-1";

export async function writeRuntimeFile(folder: Pick<DataFolder, "runtime">, address: RuntimeAddress): Promise<void> {
  await writeDurably(folder.runtime, `${JSON.stringify({ format: FORMAT, ...address }, null, 2)}\n`);
}

export async function removeRuntimeFile(folder: Pick<DataFolder, "runtime">): Promise<void> {
  await rm(folder.runtime, { force: true });
}

/** `undefined` if there is none, or none that is understood. */
export async function findRuntimeFile(folder: Pick<DataFolder, "runtime">): Promise<RuntimeAddress | undefined> {
  if (!existsSync(folder.runtime)) return undefined;
  try {
    const value = JSON.parse(await readText(folder.runtime)) as { readonly [member: string]: unknown };
    const { format, url, pid, startedMs, secret, certificate } = value;
    if (format !== FORMAT || typeof url !== "string" || typeof pid !== "number") return undefined;
    if (typeof secret !== "string") return undefined;
    return {
      url,
      pid,
      secret,
      startedMs: typeof startedMs === "number" ? startedMs : 0,
      certificate: typeof certificate === "string" ? certificate : null,
    };
  } catch {
    return undefined;
  }
}
