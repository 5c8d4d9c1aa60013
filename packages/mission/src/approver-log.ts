import type { Head, LogStore } from "@aura/store";
import { EMPTY_HEAD } from "@aura/store";
import type { Approver } from "./approver.ts";
import { foldApprovers } from "./approver.ts";
import { logUnreadable } from "./mission-error.ts";
import type { Standing } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { CONTROL_STREAM } from "./stream-name.ts";

/** Approvers are never taken from memory without a look at the head that they stand for. */
const approversOf = new WeakMap<LogStore, Map<string, Standing<readonly Approver[]>>>();

/** Every key that was ever enrolled, in order. One head when nothing changed. @throws `mission/log_unreadable` */
export async function loadApprovers(world: MissionWorld): Promise<readonly Approver[]> {
  return (await approversStanding(world)).fold;
}

/** The same with the head of `control` that it stands for: what a unit must read that was decided on it. */
export async function approversStanding(
  world: Pick<MissionWorld, "store" | "context">,
): Promise<Standing<readonly Approver[]>> {
  const { store, context } = world;
  const known = approversOf.get(store) ?? new Map<string, Standing<readonly Approver[]>>();
  approversOf.set(store, known);
  const head = await store.head(context, CONTROL_STREAM);
  const kept = known.get(context.namespace);
  if (kept?.head.hash === head.hash) return kept;
  const from = kept !== undefined && kept.head.version < head.version ? kept : NOBODY;
  let { fold } = from;
  let { version } = from.head;
  for await (const entry of store.read(context, CONTROL_STREAM, version)) {
    if (entry.version === from.head.version + 1 && entry.previous !== from.head.hash) {
      throw logUnreadable(CONTROL_STREAM, entry.version, "it does not link to the entry before it");
    }
    fold = foldApprovers(fold, entry);
    ({ version } = entry);
    if (version === head.version) break;
  }
  if (version !== head.version) throw logUnreadable(CONTROL_STREAM, head.version, "it is missing");
  const standing = { fold, head };
  known.set(context.namespace, standing);
  return standing;
}

const NOBODY: { readonly fold: readonly Approver[]; readonly head: Head } = { fold: [], head: EMPTY_HEAD };
