import type { ModelTool } from "@aura/engine";
import type { JsonObject, JsonValue } from "@aura/trust";

/** The tools as the model knows them: words of the work, fewer than the tools behind them take. */
export const TOOL_NAMES = ["list_invoices", "read_invoice", "pay", "write_report"] as const;

/** A call that the model asks for. */
export interface Wish {
  readonly tool: (typeof TOOL_NAMES)[number];
  readonly arguments: JsonObject;
}

const TEXT = { type: "string" } as const;

export const CLERK_TOOLS: readonly ModelTool[] = [
  tool("list_invoices", "Lists the invoices of a folder.", { folder: TEXT }, ["folder"]),
  tool("read_invoice", "Reads an invoice.", { file: TEXT }, ["file"]),
  tool(
    "pay",
    "Pays a supplier.",
    { payee: TEXT, iban: TEXT, amount: { ...TEXT, description: 'Like "120.00"' }, currency: TEXT, reference: TEXT },
    ["payee", "amount", "currency", "reference"],
  ),
  tool("write_report", "Writes a report.", { name: TEXT, text: TEXT }, ["name", "text"]),
];

/**
 * The call of a real tool behind a wish. `work` names the piece of work: its payments of one invoice have one idempotency
 * key, so an invoice is paid once however often the model asks for it, and its reports never touch another's.
 */
export function callBehind(wish: Wish, work: string): { readonly tool: string; readonly arguments: JsonObject } {
  const { arguments: args } = wish;
  switch (wish.tool) {
    case "list_invoices":
      return { tool: "list_directory", arguments: { path: text(args["folder"]) } };
    case "read_invoice":
      return { tool: "read_text_file", arguments: { path: text(args["file"]) } };
    case "pay":
      return { tool: "pay", arguments: { ...args, idempotency_key: paymentKey(work, args) } };
    case "write_report": {
      const name = text(args["name"]).replaceAll(/[^a-z0-9-]/g, "-");
      return {
        tool: "write_file",
        arguments: { path: `reports/${work.slice(-12)}-${name}.txt`, content: text(args["text"]) },
      };
    }
  }
}

function paymentKey(work: string, args: JsonObject): string {
  return [work, text(args["payee"]), text(args["reference"])]
    .join("/")
    .replaceAll(/[^\x21-\x7e]/g, "_")
    .slice(0, 256);
}

/** Of another type it is no path and no name: the empty text, which no rule permits. */
function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function tool(name: string, description: string, properties: JsonObject, required: readonly string[]): ModelTool {
  const parameters = { type: "object", additionalProperties: false, properties, required };
  return { type: "function", function: { name, description, parameters } };
}

/** The text of what a tool of MCP answered; all of it as JSON if it is no single text. */
export function textOf(answer: JsonValue): string {
  const content = typeof answer === "object" && answer !== null && "content" in answer ? answer["content"] : undefined;
  const [first] = Array.isArray(content) ? (content as readonly JsonValue[]) : [];
  const text = typeof first === "object" && first !== null && "text" in first ? first["text"] : undefined;
  return typeof text === "string" ? text : JSON.stringify(answer);
}
