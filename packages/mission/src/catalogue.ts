import type { Tool } from "./tool.ts";

/** The registered tools with the definitions their upstreams give now. Implemented by the gateway. */
export interface Catalogue {
  /** Asks the upstream where needed. `undefined` if the tool is not registered or its upstream does not offer it. @throws `gateway/upstream_unavailable` */
  find(tool: string): Promise<Tool | undefined>;
}
