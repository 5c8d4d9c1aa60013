import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { missionProjection } from "@aura/mission";
import { openSqliteLogStore } from "@aura/store";
import type { LogStore, Payload, SignedTree, Write } from "@aura/store";
import { encodeEntry, leafHash, signCheckpoint } from "@aura/trust";
import type { Entry } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { identityIn, openLog } from "../copied-log.ts";
import type { Program } from "../program.ts";

/** What history will say denied the thief. */
const FORGED_RULE = "rewritten-by-the-attacker";

/**
 * `rewrite FOLDER [log-key]`: writes a whole new log in which the denials name another rule: every hash, link, tree and table
 * fits. With `log-key` its tree is also signed, with the key that lies in the folder; without, the old signature is kept.
 */
export const rewrite: Program = async ([folder = "", key], { say }) => {
  if (folder === "") throw new Error("Write: rewrite FOLDER [log-key]");
  const { namespace, origin } = identityIn(folder);
  const context = { namespace };
  const old = await openLog(folder);
  const path = join(folder, "log.sqlite");
  const fresh = `${path}.rewritten`;
  for (const end of ["", "-wal"]) rmSync(`${fresh}${end}`, { force: true });
  let nowMs = 0;
  const made = await openSqliteLogStore({
    path: fresh,
    clock: { nowMs: () => nowMs },
    projections: [missionProjection],
  });
  let changed = 0;
  try {
    const newest = await old.signedTree(context);
    if (newest === undefined) throw new Error("The log was never signed.");
    const heads = new Map<
      string,
      { readonly version: number; readonly fence: number; readonly hash: Entry["previous"] }
    >();
    const rewriteEntry = (entry: Entry): Entry => {
      const forged = forgedDenial(entry);
      if (forged !== entry) changed += 1;
      const linked = { ...forged, previous: heads.get(entry.stream)?.hash ?? null };
      heads.set(entry.stream, { version: entry.version, fence: entry.fence, hash: leafHash(encodeEntry(linked)) });
      return linked;
    };
    for await (const unit of unitsOf(old, namespace)) {
      const writes = new Map<string, Write & { readonly entries: Entry[] }>();
      for (const entry of unit) {
        const { stream } = entry;
        const head = heads.get(stream);
        const write = writes.get(stream) ?? { stream, after: head?.version ?? 0, fence: head?.fence ?? 0, entries: [] };
        writes.set(stream, write);
        write.entries.push(rewriteEntry(entry));
      }
      nowMs = unit[0]?.timeMs ?? nowMs;
      const payloads = await payloadsOf(old, namespace, unit);
      const [answer] = await made.append(context, [
        { id: unit[0]?.unit ?? "", writes: [...writes.values()], reads: [], payloads },
      ]);
      if (answer?.kind !== "appended") throw new Error(`The new log does not take a unit: ${JSON.stringify(answer)}`);
    }
    await signTree(made, { namespace, origin, folder, newest, withKey: key === "log-key" });
  } finally {
    await old.close();
    await made.close();
  }
  for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  renameSync(fresh, path);
  say(
    `${changed} entries say something else now, and everything fits; ${key === "log-key" ? "signed anew with the stolen log key" : "the signature is the old one"}`,
  );
  return 0;
};

function forgedDenial(entry: Entry): Entry {
  const { decision } = entry.data as { readonly decision?: { readonly rules?: readonly string[] } };
  if (entry.type !== "call.denied" || decision === undefined) return entry;
  return { ...entry, data: { ...entry.data, decision: { ...decision, rules: [FORGED_RULE] } } };
}

async function* unitsOf(store: LogStore, namespace: string): AsyncGenerator<readonly Entry[]> {
  let unit: Entry[] = [];
  for await (const { entry } of store.readLog({ namespace }, 0)) {
    if (unit.length > 0 && unit[0]?.unit !== entry.unit) {
      yield unit;
      unit = [];
    }
    unit.push(entry);
  }
  if (unit.length > 0) yield unit;
}

async function payloadsOf(store: LogStore, namespace: string, entries: readonly Entry[]): Promise<readonly Payload[]> {
  const commitments = [...new Set(entries.flatMap(({ payloads }) => Object.values(payloads)))];
  const found = await Promise.all(commitments.map((commitment) => store.payload({ namespace }, commitment)));
  return found.filter((payload) => payload !== undefined && payload !== "erased");
}

/** The tree over the new log; under a note that the log key signs, or under the old note. */
async function signTree(
  store: LogStore,
  parts: {
    readonly namespace: string;
    readonly origin: string;
    readonly folder: string;
    readonly newest: SignedTree;
    readonly withKey: boolean;
  },
): Promise<void> {
  const { namespace, origin, folder, newest, withKey } = parts;
  const signer = withKey ? await loadKeyFile(join(folder, "keys", "log.key")) : undefined;
  await store.checkpoint({ namespace }, async ({ size, root }) =>
    signer === undefined ? newest.note : signCheckpoint(signer, { origin, size, root }),
  );
}
