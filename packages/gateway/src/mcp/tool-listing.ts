import { canonicalJson, isAuraError } from "@aura/trust";
import type { JsonObject, JsonValue } from "@aura/trust";
import { serverMalformed } from "../gateway-error.ts";
import type { ToolDefinition } from "../upstream.ts";
import { isObject } from "./json-rpc.ts";
import type { Session } from "./session.ts";

/** For one page of `tools/list`. */
export const LIST_TIMEOUT_MS = 5_000;
export const TOOL_PAGES_MAX = 64;
export const TOOLS_MAX = 1_024;
/** One definition in canonical form, in characters. */
export const TOOL_DEFINITION_LENGTH_MAX = 524_288;
export const TOOL_NAME_CHARS_MAX = 128;

/** As much of a session as is asked for its tools. */
type Asked = Pick<Session, "request" | "endedBy">;

/**
 * Every tool of a server, over all pages of `tools/list`. One that is malformed spoils the listing: a server that describes
 * its tools wrongly is not believed about the others. @throws `gateway/server_malformed`
 */
export async function listTools(session: Asked): Promise<ReadonlyMap<string, ToolDefinition>> {
  const tools = new Map<string, ToolDefinition>();
  const cursors = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await askPage(session, cursor);
    for (const value of page.tools) {
      const definition = readDefinition(value);
      if (tools.has(definition.name)) throw serverMalformed("It lists two tools of one name.");
      tools.set(definition.name, definition);
    }
    if (tools.size > TOOLS_MAX) throw serverMalformed(`It lists more than ${TOOLS_MAX} tools.`);
    cursor = page.next;
    if (cursor === undefined) return tools;
    if (cursors.has(cursor)) throw serverMalformed("Its pages of tools go round in a circle.");
    cursors.add(cursor);
    if (cursors.size >= TOOL_PAGES_MAX) throw serverMalformed(`It has more than ${TOOL_PAGES_MAX} pages of tools.`);
  }
}

interface Page {
  readonly tools: readonly JsonValue[];
  readonly next: string | undefined;
}

async function askPage(session: Asked, cursor: string | undefined): Promise<Page> {
  const answer = await session.request("tools/list", cursor === undefined ? {} : { cursor }, LIST_TIMEOUT_MS);
  switch (answer.kind) {
    case "silent":
    case "not_sent":
      throw serverMalformed(`It did not say which tools it has. ${session.endedBy() ?? answer.reason}`);
    case "error":
      throw serverMalformed(`It answered the question for its tools with the error ${answer.code}.`);
    case "result": {
      const tools = isObject(answer.result) ? answer.result["tools"] : undefined;
      const next = isObject(answer.result) ? answer.result["nextCursor"] : undefined;
      if (!Array.isArray(tools)) throw serverMalformed("Its answer to tools/list holds no list of tools.");
      if (next !== undefined && typeof next !== "string") throw serverMalformed("Its cursor is no text.");
      return { tools: tools as readonly JsonValue[], next };
    }
  }
}

function readDefinition(value: JsonValue): ToolDefinition {
  if (!isObject(value)) throw serverMalformed("It lists a tool that is no object.");
  const { name, description, inputSchema } = value;
  if (typeof name !== "string" || name === "" || name.length > TOOL_NAME_CHARS_MAX) {
    throw serverMalformed(`It lists a tool whose name is no text of 1 to ${TOOL_NAME_CHARS_MAX} characters.`);
  }
  if (description !== undefined && typeof description !== "string") {
    throw serverMalformed("It lists a tool whose description is no text.");
  }
  if (!isObject(inputSchema)) throw serverMalformed("It lists a tool without a schema of its arguments.");
  if (canonicalLength(value) > TOOL_DEFINITION_LENGTH_MAX) {
    throw serverMalformed(`It lists a tool of more than ${TOOL_DEFINITION_LENGTH_MAX} characters.`);
  }
  return { name, description: description ?? "", inputSchema, given: value };
}

function canonicalLength(value: JsonObject): number {
  try {
    return canonicalJson(value).length;
  } catch (error) {
    if (!isAuraError(error, "trust/not_json")) throw error;
    throw serverMalformed("It lists a tool that has no canonical form.");
  }
}
