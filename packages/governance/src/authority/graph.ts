import { COMPENSATOR, type DecisionRequest } from "@aura/mission";
import type { Release, ReleaseAgent } from "../policy/release.ts";
import type { Delegation, Person, Position } from "./authority.ts";

/** The authority graph of a release made ready for asking. */
export interface Graph {
  readonly people: ReadonlyMap<string, Person>;
  readonly positions: ReadonlyMap<string, Position>;
  readonly agents: ReadonlyMap<string, ReleaseAgent>;
  /** By who is absent, sorted by id. */
  readonly delegations: ReadonlyMap<string, readonly Delegation[]>;
  /** True once any position has a holder. */
  readonly seatsPeople: boolean;
}

/** A release is frozen, so what is derived from it once stays true. */
const graphs = new WeakMap<Release, Graph>();

/** O(people + positions + delegations) for the first question about a release, then O(1). */
export function graphOf(release: Release): Graph {
  const known = graphs.get(release);
  if (known !== undefined) return known;
  const graph = derive(release);
  graphs.set(release, graph);
  return graph;
}

/**
 * The position that answers for a request's agent; `undefined` if there is none. What the compensator undoes is the work of the
 * agent that the fact `compensation.agent` names: whoever answers for that one answers for its undo. Where no agent of the release
 * is named, it is the nearest position that every agent's owner reports to, or is.
 */
export function ownerOf(graph: Graph, { agent, facts }: Pick<DecisionRequest, "agent" | "facts">): string | undefined {
  if (agent.id !== COMPENSATOR) return positionId(graph, graph.agents.get(agent.id)?.owner);
  const undone = Object.hasOwn(facts, "compensation.agent") ? facts["compensation.agent"] : undefined;
  const original = typeof undone === "string" ? graph.agents.get(undone) : undefined;
  if (original !== undefined) return positionId(graph, original.owner);
  const owners = new Set([...graph.agents.values()].map(({ owner }) => positionId(graph, owner)));
  const [first, ...others] = [...owners].map((owner) => wayUp(graph, owner));
  return [...(first ?? [])].find((position) => others.every((way) => way.has(position)));
}

function positionId(graph: Graph, id: string | undefined): string | undefined {
  return id !== undefined && graph.positions.has(id) ? id : undefined;
}

function wayUp(graph: Graph, from: string | undefined): ReadonlySet<string> {
  const way = new Set<string>();
  for (let at = from; at !== undefined && !way.has(at); at = graph.positions.get(at)?.reportsTo) way.add(at);
  return way;
}

function derive(release: Release): Graph {
  const delegations = (release.delegations ?? []).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const positions = release.positions ?? [];
  return {
    people: new Map((release.people ?? []).map((person) => [person.id, person])),
    positions: new Map(positions.map((position) => [position.id, position])),
    agents: new Map(release.agents.map((agent) => [agent.name, agent])),
    delegations: Map.groupBy(delegations, ({ from }) => from),
    seatsPeople: positions.some(({ holders }) => holders.length > 0),
  };
}
