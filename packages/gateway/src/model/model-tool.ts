import type { JsonObject } from "@aura/trust";
import type { ToolDefinition } from "../upstream.ts";

/** The one tool of a model upstream. */
export const MODEL_TOOL = "model";
export const MODEL_MESSAGES_MAX = 2_048;
export const MODEL_TOOLS_MAX = 128;

const INPUT_SCHEMA = {
  type: "object",
  required: ["messages"],
  additionalProperties: false,
  properties: {
    messages: {
      type: "array",
      minItems: 1,
      maxItems: MODEL_MESSAGES_MAX,
      items: {
        type: "object",
        required: ["role"],
        properties: { role: { enum: ["system", "developer", "user", "assistant", "tool"] } },
      },
    },
    tools: {
      type: "array",
      maxItems: MODEL_TOOLS_MAX,
      items: {
        type: "object",
        required: ["type", "function"],
        properties: {
          type: { const: "function" },
          function: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
        },
      },
    },
    tool_choice: { type: ["string", "object"] },
    parallel_tool_calls: { type: "boolean" },
    temperature: { type: "number", minimum: 0, maximum: 2 },
    top_p: { type: "number", minimum: 0, maximum: 1 },
    seed: { type: "integer" },
    max_completion_tokens: { type: "integer", minimum: 1 },
    response_format: { type: "object" },
  },
} as const satisfies JsonObject;

/**
 * The tool `model` as it is pinned: another model, or another machine, is another tool. A port of this machine is not under
 * the digest, since a server that is started again has another. `place` is `undefined` for one of ours on this machine.
 */
export function modelDefinition(model: string, place: string | undefined): ToolDefinition {
  const where = place === undefined ? "a server on this machine" : place;
  const description = `The next message of the model "${model}", asked at ${where} by OpenAI's chat completions.`;
  return {
    name: MODEL_TOOL,
    description,
    inputSchema: INPUT_SCHEMA,
    given: { name: MODEL_TOOL, description, inputSchema: INPUT_SCHEMA },
  };
}
