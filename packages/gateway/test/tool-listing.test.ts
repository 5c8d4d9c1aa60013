import type { JsonObject, JsonValue } from "@aura/trust";
import { canonicalJson } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  TOOLS_MAX,
  TOOL_DEFINITION_LENGTH_MAX,
  TOOL_NAME_CHARS_MAX,
  TOOL_PAGES_MAX,
  listTools,
} from "../src/mcp/tool-listing.ts";

/** Lists `pages`, one after the other. */
const list = (pages: readonly JsonValue[]) =>
  listTools({
    endedBy: () => undefined,
    request: async (_method, { cursor = "0" }) => ({ kind: "result", result: pages[Number(cursor)] ?? null }),
  });
const page = (tools: readonly JsonValue[], nextCursor?: string): JsonObject =>
  nextCursor === undefined ? { tools } : { tools, nextCursor };
const aDefinition = (name: string, override: JsonObject = {}) => ({
  name,
  inputSchema: { type: "object" },
  ...override,
});
const malformed = expect.objectContaining({ code: "gateway/server_malformed" });

describe("a listing", () => {
  it("keeps every member of a definition, and takes a description that is not there for an empty one", async () => {
    const given = aDefinition("echo", { annotations: { readOnlyHint: true }, _meta: { a: 1 } });
    const tools = await list([page([given])]);
    expect(tools.get("echo")).toEqual({ name: "echo", description: "", inputSchema: { type: "object" }, given });
  });

  const pages = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      page([aDefinition(`tool-${index}`)], index + 1 < count ? String(index + 1) : undefined),
    );
  const tools = (count: number) => Array.from({ length: count }, (_, index) => aDefinition(`tool-${index}`));
  const long = (length: number) => {
    const frame = canonicalJson(aDefinition("echo", { description: "" })).length;
    return [page([aDefinition("echo", { description: "x".repeat(length - frame) })])];
  };
  const named = (length: number) => [page([aDefinition("x".repeat(length))])];

  it.each([
    ["pages", TOOL_PAGES_MAX, pages],
    ["tools", TOOLS_MAX, (count: number) => [page(tools(count))]],
    ["characters in a definition", TOOL_DEFINITION_LENGTH_MAX, long],
    ["characters in a name", TOOL_NAME_CHARS_MAX, named],
  ] as const)("has its most %s at %i, and one more is refused", async (_, limit, of) => {
    expect((await list(of(limit))).size).toBeGreaterThan(0);
    await expect(list(of(limit + 1))).rejects.toThrow(malformed);
  });

  it("with a definition that has no canonical form is refused", async () => {
    const description = JSON.parse('"\\ud800"') as string;
    await expect(list([page([aDefinition("echo", { description })])])).rejects.toThrow(malformed);
  });

  it("answered with an error is refused", async () => {
    const session = {
      endedBy: () => undefined,
      request: async () => ({ kind: "error", code: 1, message: "a secret" }) as const,
    };
    await expect(listTools(session)).rejects.toThrow(malformed);
    await expect(listTools(session)).rejects.not.toThrow("a secret");
  });
});
