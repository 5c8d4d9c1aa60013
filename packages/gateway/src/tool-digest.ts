import type { Tool, ToolRegistration } from "@aura/mission";
import type { JsonObject } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import type { ToolDefinition } from "./upstream.ts";

/**
 * A registered tool with its definition, pinned: SHA-256 over the canonical JSON of
 * `{"definition":...,"format":"aura-tool-1","registration":...}`. The definition is under it whole, members that we do not
 * know included, so nothing that a model could read changes without the digest. O(size of both).
 */
export function pinTool(registration: ToolRegistration, definition: ToolDefinition): Tool {
  const { description, inputSchema, given } = definition;
  const pinned = { format: "aura-tool-1", definition: given, registration: plainRegistration(registration) };
  return { ...registration, description, inputSchema, digest: hashText(canonicalJson(pinned)) };
}

/** The registration's own members and no others; a member that is left out and one that is undefined are alike. */
function plainRegistration(registration: ToolRegistration): JsonObject {
  const {
    name,
    upstream,
    class: toolClass,
    tags,
    attemptTimeoutMs,
    repeatable,
    find,
    compensation,
    retry,
  } = registration;
  return {
    name,
    upstream,
    class: toolClass,
    tags,
    attemptTimeoutMs,
    repeatable,
    ...(find === undefined ? {} : { find: find as unknown as JsonObject }),
    ...(compensation === undefined ? {} : { compensation: compensation as unknown as JsonObject }),
    ...(retry === undefined ? {} : { retry: retry as unknown as JsonObject }),
  };
}
