import type { MissionWorld } from "@aura/mission";
import type { SignedTree } from "@aura/store";
import type { FoundingStatement } from "@aura/trust";
import type { Identity } from "../data-folder.ts";
import type { BookedMission, MissionBook } from "./mission-book.ts";
import { waitsFor } from "./mission-view.ts";

/** What the first screen shows; see the schema `Now`. */
export interface NowView {
  readonly namespace: string;
  readonly origin: string;
  readonly quorum: number;
  readonly egress: "open";
  readonly custody: "runtime";
  readonly missions: {
    readonly open: number;
    readonly waiting: number;
    readonly failed: number;
    readonly byState: { readonly [state: string]: number };
  };
  readonly approvals: { readonly pending: number; readonly oldestMs: number | null };
  readonly denied: number;
  readonly missedBeats: number;
  readonly log: {
    readonly size: number;
    readonly checkpoint: {
      readonly size: number;
      readonly root: string;
      readonly note: string;
      readonly atMs: number;
    } | null;
  };
  readonly nowMs: number;
  readonly demo: boolean;
}

const DAY_MS = 86_400_000;
/** Ends that somebody should look at. */
const BAD_ENDS: ReadonlySet<string | null> = new Set(["FAILED", "DENIED", "EXPIRED"]);

export interface NowParts {
  readonly world: MissionWorld;
  readonly identity: Identity;
  readonly statement: FoundingStatement;
  readonly book: MissionBook;
  /** The newest tree that this process signed, and when. */
  readonly signed: () => { readonly tree: SignedTree; readonly atMs: number } | undefined;
  readonly pending: () => Promise<{ readonly pending: number; readonly oldestMs: number | null }>;
  readonly demo: boolean;
}

export async function nowView(parts: NowParts): Promise<NowView> {
  const { world, identity, statement } = parts;
  const missions = await parts.book.missions();
  const nowMs = world.store.nowMs();
  const open = missions.filter(({ state }) => state !== "CLOSED");
  return {
    namespace: identity.namespace,
    origin: identity.origin,
    quorum: statement.constitution.quorum,
    egress: "open",
    custody: "runtime",
    missions: {
      open: open.length,
      waiting: open.filter(({ state, calls }) => waitsFor(state, calls.values()) !== null).length,
      failed: missions.filter(({ outcome }) => BAD_ENDS.has(outcome)).length,
      byState: countBy(missions),
    },
    approvals: await parts.pending(),
    denied: deniedSince(missions, nowMs - DAY_MS),
    missedBeats: open.reduce((sum, { missedBeats }) => sum + missedBeats, 0),
    log: { size: await world.store.size(world.context), checkpoint: await newestCheckpoint(parts, nowMs) },
    nowMs,
    demo: parts.demo,
  };
}

async function newestCheckpoint({ world, signed }: NowParts, nowMs: number): Promise<NowView["log"]["checkpoint"]> {
  const known = signed();
  const tree = known?.tree ?? (await world.store.signedTree(world.context));
  return tree === undefined ? null : { size: tree.size, root: tree.root, note: tree.note, atMs: known?.atMs ?? nowMs };
}

function countBy(missions: readonly BookedMission[]): { readonly [state: string]: number } {
  const counts: Record<string, number> = {};
  for (const { state } of missions) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function deniedSince(missions: readonly BookedMission[], sinceMs: number): number {
  let denied = 0;
  for (const { calls } of missions) {
    for (const { state, updatedAtMs } of calls.values()) if (state === "denied" && updatedAtMs >= sinceMs) denied += 1;
  }
  return denied;
}
