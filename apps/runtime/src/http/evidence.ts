import { setImmediate as macrotask } from "node:timers/promises";
import { buildReceipt } from "@aura/mission";
import type { SignedTree } from "@aura/store";
import type { LogVerification, Receipt } from "@aura/trust";
import { verifierKeyOf, verifyLog } from "@aura/trust";
import { readText } from "../durable-file.ts";
import { exportedLines } from "../export-log.ts";
import { keepCheckpoint, newestKept } from "../kept-checkpoints.ts";
import { missionNotClosed } from "../runtime-error.ts";
import type { Desk, ServedNamespace } from "./desk.ts";
import { requireMission } from "./mission-view.ts";

/** Lines between two pauses in which others are served. */
const LINES_AT_ONCE = 128;

/** The whole signed log as `aura-log-1`. A checkpoint is signed first, so what is durable now is in it, and is kept as a file. */
export async function exportLog(runtime: ServedNamespace): Promise<AsyncGenerator<string>> {
  const tree = await runtime.checkpoints.signNow();
  await keepCheckpoint(runtime.folder, tree);
  return linesOf(runtime, tree);
}

async function* linesOf(runtime: ServedNamespace, tree: SignedTree): AsyncGenerator<string> {
  let lines = 0;
  for await (const line of exportedLines(runtime, tree)) {
    yield line;
    lines += 1;
    if (lines % LINES_AT_ONCE === 0) await macrotask();
  }
}

/** Verifies the log as an outsider would, against the newest checkpoint that an earlier run kept. O(log). */
export async function verifyOwnLog(runtime: ServedNamespace): Promise<LogVerification> {
  const { folder, identity, keys } = runtime;
  const older = await newestKept(folder);
  const key = verifierKeyOf(identity.origin, keys.log.publicKey);
  const since = older === undefined ? {} : { since: await readText(older.path) };
  return verifyLog(withoutNewlines(linesOf(runtime, await runtime.checkpoints.signNow())), { key, ...since });
}

/** @throws `runtime/mission_unknown`, `runtime/mission_not_closed` */
export async function receiptOf({ world }: Desk, id: string): Promise<Receipt> {
  const mission = await requireMission(world, id);
  if (mission.state !== "CLOSED") throw missionNotClosed(id, mission.state);
  return buildReceipt(world, id);
}

async function* withoutNewlines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.slice(0, -1);
}
