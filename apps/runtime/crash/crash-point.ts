/** Where a process dies: at the nth commit or the nth send it makes, on one side of it. */
export interface CrashPoint {
  readonly at: "commit" | "send";
  /** 1 for the first one of the process. */
  readonly nth: number;
  readonly side: "before" | "after";
}

/** How much work there is to be hit, as an undisturbed run counted it. */
export interface WorkCount {
  readonly commits: number;
  readonly sends: number;
}

/** `commit:12:before` */
export function formatPoint({ at, nth, side }: CrashPoint): string {
  return `${at}:${nth}:${side}`;
}

/** `undefined` if the text names no point. */
export function findPoint(text: string): CrashPoint | undefined {
  const [at, nth = "", side, ...more] = text.split(":");
  if ((at !== "commit" && at !== "send") || (side !== "before" && side !== "after") || more.length > 0)
    return undefined;
  return /^[1-9]\d{0,5}$/.test(nth) ? { at, nth: Number(nth), side } : undefined;
}

/**
 * `count` points, the same for the same seed. Sends are fewer than commits and hold the harder cases, so each second
 * point is one; within a kind, points spread over the whole run.
 */
export function pickPoints(seed: number, count: number, work: WorkCount): readonly CrashPoint[] {
  const next = dice(seed);
  return Array.from({ length: count }, (_, index) => {
    const at = index % 2 === 0 ? "commit" : "send";
    const most = at === "commit" ? work.commits : work.sends;
    return { at, nth: 1 + (next() % Math.max(most, 1)), side: next() < 2 ** 31 ? "before" : "after" };
  });
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
