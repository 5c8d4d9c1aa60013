import type { Agent } from "@aura/engine";

/** The agents that an application's module exports. Its runtime checked the rest of it already. */
export async function agentsOf(module: string): Promise<readonly Agent[]> {
  const { application } = (await import(module)) as { readonly application?: { readonly agents?: readonly Agent[] } };
  return application?.agents ?? [];
}
