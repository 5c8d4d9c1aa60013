import type { Delegation } from "./authority.ts";
import { readInstant } from "./instant.ts";

/**
 * The delegations of a circle that stands at some instant, in order; `undefined` if there is none. Windows that share an
 * instant share the latest of their beginnings, so only beginnings are looked at. O(delegations^2).
 */
export function delegationCircle(delegations: readonly Delegation[]): readonly Delegation[] | undefined {
  const windows = delegations.map((one) => ({
    one,
    sinceMs: readInstant(one.since) ?? 0,
    untilMs: readInstant(one.until) ?? 0,
  }));
  for (const atMs of new Set(windows.map(({ sinceMs }) => sinceMs))) {
    const standing = windows.filter(({ sinceMs, untilMs }) => sinceMs <= atMs && atMs < untilMs);
    const circle = circleOf(standing.map(({ one }) => one));
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** True from the first instant on, up to but not including the second. */
export function isWithin(atMs: number, since: string, until: string): boolean {
  const [sinceMs, untilMs] = [readInstant(since), readInstant(until)];
  return sinceMs !== undefined && untilMs !== undefined && sinceMs <= atMs && atMs < untilMs;
}

/** What is left when every delegation that leads nowhere further is taken away leads round. O(edges). */
function circleOf(edges: readonly Delegation[]): readonly Delegation[] | undefined {
  const left = new Set(edges);
  const leaving = new Map([...Map.groupBy(edges, ({ from }) => from)].map(([from, list]) => [from, list.length]));
  const arriving = Map.groupBy(edges, ({ to }) => to);
  const ends = [...arriving.keys()].filter((person) => !leaving.has(person));
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    for (const edge of arriving.get(end) ?? []) {
      left.delete(edge);
      const others = (leaving.get(edge.from) ?? 0) - 1;
      leaving.set(edge.from, others);
      if (others === 0) ends.push(edge.from);
    }
  }
  const onward = new Map([...left].map((edge) => [edge.from, edge]));
  const way = new Set<Delegation>();
  let [next] = onward.values();
  while (next !== undefined && !way.has(next)) {
    way.add(next);
    next = onward.get(next.to);
  }
  return next === undefined ? undefined : [...way].slice([...way].indexOf(next));
}
