import type { Catalogue, Tool, ToolRegistration } from "@aura/mission";
import { registrationInvalid } from "./gateway-error.ts";
import { pinTool } from "./tool-digest.ts";
import type { Offer, ToolDefinition, Upstream } from "./upstream.ts";

/** The registered tools and where each of them is. */
export interface Registry {
  /** A tool's registration and its upstream; `undefined` if it is not registered. */
  find(tool: string): { readonly registration: ToolRegistration; readonly upstream: Upstream } | undefined;
  /** The tool as `offer` has it, pinned; `undefined` if it does not. Computed once for each definition. */
  pinned(registration: ToolRegistration, offer: Offer): Tool | undefined;
}

/** @throws `gateway/registration_invalid` for a name that stands twice, or an upstream that is not there */
export function createRegistry(registrations: readonly ToolRegistration[], upstreams: readonly Upstream[]): Registry {
  const upstreamByName = byName(upstreams, "upstream");
  const registrationByName = byName(registrations, "tool");
  for (const { name, upstream } of registrations) {
    if (upstreamByName.has(upstream)) continue;
    throw registrationInvalid(`The tool "${name}" is registered at "${upstream}".`, "There is no such upstream.");
  }
  // A definition object belongs to one listing of one upstream, and there to one tool.
  const pins = new WeakMap<ToolDefinition, Tool>();
  return {
    find(tool) {
      const registration = registrationByName.get(tool);
      const upstream = registration && upstreamByName.get(registration.upstream);
      return registration && upstream && { registration, upstream };
    },
    pinned(registration, offer) {
      const definition = offer.tools.get(registration.name);
      if (definition === undefined) return undefined;
      const tool = pins.get(definition) ?? pinTool(registration, definition);
      pins.set(definition, tool);
      return tool;
    },
  };
}

/**
 * The registered tools with the definitions their upstreams give now. A server that promised to tell changes is asked when
 * it tells one, when it went silent, and after `LISTING_AGE_MS_MAX`; any other is asked each time.
 */
export function createCatalogue(registry: Registry): Catalogue {
  return {
    async find(name) {
      const entry = registry.find(name);
      return entry && registry.pinned(entry.registration, await entry.upstream.offer());
    },
  };
}

function byName<Named extends { readonly name: string }>(
  items: readonly Named[],
  noun: string,
): ReadonlyMap<string, Named> {
  const named = new Map<string, Named>();
  for (const item of items) {
    if (named.has(item.name))
      throw registrationInvalid(`The ${noun} "${item.name}" stands twice.`, "A name is one thing.");
    named.set(item.name, item);
  }
  return named;
}
