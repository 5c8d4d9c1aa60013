import type { Broker, Catalogue, ToolRegistration } from "@aura/mission";
import type { Clock } from "@aura/trust";
import { systemClock } from "@aura/trust";
import { createBroker } from "./broker.ts";
import { createCatalogue, createRegistry } from "./catalogue.ts";
import { systemTimers } from "./system-timers.ts";
import type { Timers } from "./timers.ts";
import type { Upstream } from "./upstream.ts";

export interface GatewayOptions {
  /** The tools of the release in force. */
  readonly registrations: readonly ToolRegistration[];
  /** Belong to the gateway from here on: it closes them. */
  readonly upstreams: readonly Upstream[];
  /** The store's clock, by which `sendByMs` is told; the machine's unless said otherwise. */
  readonly clock?: Clock;
  readonly timers?: Timers;
}

export interface Gateway {
  readonly catalogue: Catalogue;
  readonly broker: Broker;
  /** Ends every upstream; resolves when no process of theirs is left. Open calls end `unknown`, later ones `not_sent`. */
  close(): Promise<void>;
}

/** Connects to nobody until a tool is asked for. @throws `gateway/registration_invalid` */
export function createGateway({ registrations, upstreams, clock, timers }: GatewayOptions): Gateway {
  const registry = createRegistry(registrations, upstreams);
  return {
    catalogue: createCatalogue(registry),
    broker: createBroker({ registry, clock: clock ?? systemClock, timers: timers ?? systemTimers }),
    close: async () => {
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    },
  };
}
