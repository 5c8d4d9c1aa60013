import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodeBase64url } from "@aura/trust";
import type { Random } from "@aura/trust";
import type { ModelPlace, Place } from "./application.ts";
import type { DataFolder } from "./data-folder.ts";
import { readText, writeOnce } from "./durable-file.ts";

/** Random bytes behind every secret that the runtime shares with servers of an application. */
const UPSTREAM_KEY_BYTES = 32;

/**
 * Where an application runs. The secrets it may share with its own servers are derived from one random key, `upstreams.key`
 * (mode 0600), which is made at the first start: the same name gives the same secret at every later one, and no agent, no
 * entry and no other server ever holds it.
 */
export async function placeIn(folder: DataFolder, random: Random, model: ModelPlace | undefined): Promise<Place> {
  const path = join(folder.path, "upstreams.key");
  if (!existsSync(path)) await writeOnce(path, encodeBase64url(random.bytes(UPSTREAM_KEY_BYTES)));
  const key = await readText(path);
  return {
    node: process.execPath,
    files: folder.files,
    state: join(folder.path, "state"),
    secret: (name) => createHmac("sha256", key).update(`aura-upstream-secret-1/${name}`).digest("base64url"),
    ...(model === undefined ? {} : { model }),
  };
}
