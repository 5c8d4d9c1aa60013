// Prints what this runtime says, as one line of JSON: the vectors, and the HTTP and MCP examples called in this process.
import { httpTool } from "../examples/http-tool.ts";
import { mcpServer } from "../examples/mcp-server.ts";
import { memoryChainStore } from "../src/index.ts";
import { callExample, callMcpExample, exampleAnchors, exampleLogKey } from "./caller.ts";
import { probe } from "./probe.ts";

const { fetch: answer } = await httpTool({
  anchors: exampleAnchors(),
  logKey: exampleLogKey(),
  store: memoryChainStore(),
});
const { methods } = await mcpServer({ anchors: exampleAnchors(), logKey: exampleLogKey(), store: memoryChainStore() });
const mcp = await callMcpExample(async (method, params) => methods[method]?.(params));
// oxlint-disable-next-line no-console -- the one way to print that every runtime has
console.log(JSON.stringify({ ...(await probe()), example: await callExample(answer), mcp }));
