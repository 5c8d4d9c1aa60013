import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseVerifierKey, verifyLog } from "@aura/trust";
import type { VerifierKey } from "@aura/trust";
import { dataFolder } from "../src/data-folder.ts";
import { exportedLines } from "../src/export-log.ts";
import type { OpenNamespace } from "../src/wire.ts";

export function verifierKeyAt(data: string): VerifierKey {
  return parseVerifierKey(readFileSync(dataFolder(data).verifierKey, "utf8").trim());
}

/** Signs and exports the log, and verifies it alone and against each older checkpoint. */
export async function logFaults(
  namespace: OpenNamespace,
  data: string,
  older: readonly string[],
): Promise<readonly string[]> {
  const key = verifierKeyAt(data);
  const tree = await namespace.checkpoints.signNow();
  const faults: string[] = [];
  for (const since of [undefined, ...older]) {
    const lines = withoutLineEnds(exportedLines(namespace, tree));
    const verification = await verifyLog(lines, { key, ...(since === undefined ? {} : { since }) });
    const against = since === undefined ? "" : " against the older checkpoint";
    if (!verification.ok) faults.push(`the log does not verify${against}: ${verification.reason}`);
  }
  return faults;
}

/** Builds the tables anew from the log: they must come out as they were. */
export async function tableFaults({ store, context }: OpenNamespace): Promise<readonly string[]> {
  const before = await store.tables(context);
  await store.rebuild(context);
  return isDeepStrictEqual(before, await store.tables(context)) ? [] : ["the tables are not the fold of the log"];
}

async function* withoutLineEnds(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield line.replace(/\n$/, "");
}
