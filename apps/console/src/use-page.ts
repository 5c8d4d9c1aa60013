import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Machine } from "./machine.ts";
import type { LinkState, RuntimeLink } from "./runtime-link.ts";
import { parseRoute, type Route } from "./route.ts";

export const LinkContext = createContext<RuntimeLink | undefined>(undefined);
export const MachineContext = createContext<Machine | undefined>(undefined);
/** Store time minus this machine's clock: ages and countdowns are in the runtime's time. */
export const ClockContext = createContext(0);

export function useLink(): RuntimeLink {
  const link = useContext(LinkContext);
  if (link === undefined) throw new Error("The page is not linked.");
  return link;
}

export function useMachine(): Machine {
  const machine = useContext(MachineContext);
  if (machine === undefined) throw new Error("The page has no clock.");
  return machine;
}

export function useLinkState(link: RuntimeLink): LinkState {
  return useSyncExternalStore(link.subscribe, link.state);
}

/** The address of the screen, kept by the browser: back, forward and reload work. */
export function useRoute(): Route {
  const fragment = useSyncExternalStore(onAddress, () => location.hash);
  return parseRoute(fragment);
}

/** The runtime's time, anew every `everyMs`. */
export function useNowMs(everyMs = 1_000): number {
  const ahead = useContext(ClockContext);
  return useMachineNowMs(everyMs) + ahead;
}

/** This machine's own time, anew every `everyMs`: how long the page waited, whatever the runtime's clock says. */
export function useMachineNowMs(everyMs: number): number {
  const machine = useMachine();
  const [nowMs, setNowMs] = useState(() => machine.nowMs());
  useEffect(() => machine.every(everyMs, () => setNowMs(machine.nowMs())), [machine, everyMs]);
  return nowMs;
}

function onAddress(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
