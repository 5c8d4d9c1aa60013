// The same as a worker: GET gives what this runtime says of the vectors; a POST is a call of the HTTP example, or to /mcp of the MCP one.
import { httpTool } from "../examples/http-tool.ts";
import { mcpServer } from "../examples/mcp-server.ts";
import { memoryChainStore } from "../src/index.ts";
import { exampleAnchors, exampleLogKey } from "./caller.ts";
import { probe } from "./probe.ts";

let tool: ReturnType<typeof httpTool> | undefined; // opened by the first request: a worker has no randomness before
let server: ReturnType<typeof mcpServer> | undefined;

// oxlint-disable-next-line import/no-default-export -- what a module worker is
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return Response.json(await probe());
    if (new URL(request.url).pathname === "/mcp") {
      server ??= mcpServer({ anchors: exampleAnchors(), logKey: exampleLogKey(), store: memoryChainStore() });
      const { method, params } = (await request.json()) as { readonly method: string; readonly params: unknown };
      return Response.json((await (await server).methods[method]?.(params)) ?? null);
    }
    tool ??= httpTool({ anchors: exampleAnchors(), logKey: exampleLogKey(), store: memoryChainStore() });
    return (await tool).fetch(request);
  },
};
