import type { JsonObject, JsonValue } from "@aura/trust";

/** The tool that {@link RunContext.model} calls. A namespace registers it like any other: rules decide about it. */
export const MODEL_TOOL = "model";

/** One message of a conversation, on the wire of chat completions. */
export type ModelMessage =
  | { readonly role: "system" | "developer" | "user"; readonly content: string }
  | AssistantMessage
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

/** What a model answers: a text, calls that it asks the agent to make, or both. The agent decides whether to make them. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ModelToolCall[];
}

/** A call that a model asks for. `arguments` is a JSON text that the model wrote: parse it as untrusted. */
export interface ModelToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A function that a model may ask for, with the JSON Schema of its arguments. */
export interface ModelTool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: JsonObject };
}

/** One request to a model, on the wire of chat completions; other members travel as they are. */
export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ModelTool[];
  readonly tool_choice?:
    | "none"
    | "auto"
    | "required"
    | { readonly type: "function"; readonly function: { readonly name: string } };
  readonly temperature?: number;
  readonly max_completion_tokens?: number;
  readonly response_format?: JsonObject;
  readonly [member: string]: JsonValue | readonly ModelMessage[] | readonly ModelTool[] | undefined;
}
