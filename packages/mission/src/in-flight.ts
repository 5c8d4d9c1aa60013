import type { LogStore } from "@aura/store";
import type { Evidence } from "./evidence.ts";
import { stillRunning } from "./evidence.ts";
import type { MissionWorld } from "./mission-world.ts";

/** One call that was handed to the broker and has not come back. */
interface Flight {
  readonly mission: string;
  /** What its intent was decided on. */
  readonly evidence: Evidence;
  readonly controller: AbortController;
}

/** Nothing of it outlives a process: another one's calls die with their sockets. */
const flightsOf = new WeakMap<LogStore, Set<Flight>>();

/**
 * Hands `act` a signal that aborts when {@link cutHalted} finds that the caller may no longer call. The call is known here before the
 * sender is asked for the last time whether it still holds it: a stop that lands later finds it, one that landed earlier is seen.
 */
export async function inFlight<Result>(
  { store }: MissionWorld,
  evidence: Evidence,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const flights = flightsOf.get(store) ?? new Set();
  flightsOf.set(store, flights);
  const flight = { mission: evidence.mission.id, evidence, controller: new AbortController() };
  flights.add(flight);
  try {
    return await act(flight.controller.signal);
  } finally {
    flights.delete(flight);
  }
}

/**
 * Cuts this process's calls in flight whose caller may no longer call: it was stopped, ended, or its authority was taken back.
 * `mission` narrows the look to one. Whoever orders a stop here has this done for them; whoever learns of an order that another
 * process wrote asks for it. Three heads for each call in flight, and nothing if there are none. @throws `store/*`
 */
export async function cutHalted(world: MissionWorld, mission?: string): Promise<void> {
  const { namespace } = world.context;
  const flights = [...(flightsOf.get(world.store) ?? [])].filter(
    (flight) => mission === undefined || flight.mission === mission,
  );
  await Promise.all(
    flights.map(async ({ evidence, controller }) => {
      if (await stillRunning(world, evidence)) return;
      controller.abort(`Its sender was stopped in ${namespace}.`);
    }),
  );
}
