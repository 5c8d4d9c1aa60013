import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { LinkState, RuntimeLink } from "./runtime-link.ts";
import { parseRoute, type Route } from "./route.ts";

export const LinkContext = createContext<RuntimeLink | undefined>(undefined);
/** Store time minus this machine's clock: ages and countdowns are in the runtime's time. */
export const ClockContext = createContext(0);

export function useLink(): RuntimeLink {
  const link = useContext(LinkContext);
  if (link === undefined) throw new Error("The page is not linked.");
  return link;
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
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs + ahead;
}

function onAddress(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
