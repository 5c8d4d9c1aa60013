/**
 * What a process can die at: any commit, any send; a commit or send that undoes something; a commit that records a person's
 * vote or uses one; a booking of the payments server, which is on its disk and not yet answered.
 */
export const CRASH_KINDS = ["commit", "send", "undo", "vote", "booking"] as const;
export type CrashKind = (typeof CRASH_KINDS)[number];

/** Where a process dies: at the nth of a kind since it started, on one side of it. */
export interface CrashPoint {
  readonly at: CrashKind;
  /** 1 for the first one of the process. */
  readonly nth: number;
  /** A booking is always made: `before` and `after` its answer. */
  readonly side: "before" | "after";
}

/** The kills of one trial: the second one hits the recovery from the first, if it gets that far. */
export type CrashPlan = readonly [CrashPoint] | readonly [CrashPoint, CrashPoint];

/** How much work there is to be hit, as an undisturbed run counted it. */
export type WorkCount = Readonly<Record<CrashKind, number>>;

/** Each fourth trial is killed again while it recovers. */
const SECOND_KILL_EVERY = 4;
/** A recovery is hit early: what it does first is what only a recovery does. */
const SECOND_NTH_MAX = 12;

/** `commit:12:before`, `booking:3:before+commit:2:after` */
export function formatPlan(plan: readonly CrashPoint[]): string {
  return plan.map(({ at, nth, side }) => `${at}:${nth}:${side}`).join("+");
}

/** `undefined` if the text names no plan. */
export function findPlan(text: string): CrashPlan | undefined {
  const [first, second, ...more] = text.split("+").map(findPoint);
  if (first === undefined || more.length > 0) return undefined;
  if (!text.includes("+")) return [first];
  return second === undefined ? undefined : [first, second];
}

function findPoint(text: string): CrashPoint | undefined {
  const [kind, nth = "", side, ...more] = text.split(":");
  const at = CRASH_KINDS.find((known) => known === kind);
  if (at === undefined || (side !== "before" && side !== "after") || more.length > 0) return undefined;
  return /^[1-9]\d{0,5}$/.test(nth) ? { at, nth: Number(nth), side } : undefined;
}

/**
 * `count` plans, the same for the same seed. The kinds take turns, so that the few undos, votes and bookings are hit as often
 * as the many commits; within a kind, points spread over the whole run. @throws TypeError if there is nothing of a kind
 */
export function pickPlans(seed: number, count: number, work: WorkCount): readonly CrashPlan[] {
  const next = dice(seed);
  const pick = (at: CrashKind, most: number): CrashPoint => {
    if (most < 1) throw new TypeError(`The undisturbed run made no ${at}.`);
    return { at, nth: 1 + (next() % most), side: next() < 2 ** 31 ? "before" : "after" };
  };
  return Array.from({ length: count }, (_, index): CrashPlan => {
    const at = CRASH_KINDS[index % CRASH_KINDS.length] ?? "commit";
    const first = pick(at, work[at]);
    const isTwice = index % SECOND_KILL_EVERY === SECOND_KILL_EVERY - 1;
    return isTwice ? [first, pick(next() < 2 ** 31 ? "commit" : "send", SECOND_NTH_MAX)] : [first];
  });
}

/** Each third trial runs its agents in processes of their own; the others, which is much quicker, in the runtime's. */
export function agentsOf(index: number): "inside" | "processes" {
  return index % 3 === 0 ? "processes" : "inside";
}

/** Mulberry32 by Tommy Ettinger (public domain): small, repeatable, good enough to spread points. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
