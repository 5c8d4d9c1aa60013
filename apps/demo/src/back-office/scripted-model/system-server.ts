// The scripted model over OpenAI's wire: `SCRIPTED_MODEL_KEY=... node system-server.ts`. Listens on this machine alone, says
// where on its first line, and ends with its standard input.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SCRIPTED_MODEL, nextLine } from "./script.ts";
import type { WireMessage } from "./script.ts";

const BODY_BYTES_MAX = 4_194_304;
const key = process.env["SCRIPTED_MODEL_KEY"] ?? "";
const pauseMs = Number(process.env["SCRIPTED_MODEL_PAUSE_MS"] ?? "0");
if (key === "") {
  process.stderr.write("SCRIPTED_MODEL_KEY is missing.\n");
  process.exit(2);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`{"baseUrl":"http://127.0.0.1:${port}/v1","model":"${SCRIPTED_MODEL}"}\n`);
});
process.stdin.on("close", () => process.exit(0)).resume();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOurs(request.headers.authorization)) return refuse(response, 401, "invalid_api_key");
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") return refuse(response, 404, "not_found");
  const body = await bodyOf(request);
  const messages = body === undefined ? undefined : messagesIn(body);
  if (messages === undefined) return refuse(response, 400, "invalid_request");
  setTimeout(() => send(response, 200, completion(messages)), pauseMs);
}

function completion(messages: readonly WireMessage[]): object {
  const { content, call } = nextLine(messages);
  const calls = call && [
    { id: call.id, type: "function", function: { name: call.name, arguments: JSON.stringify(call.arguments) } },
  ];
  const message = { role: "assistant", content, ...(calls === undefined ? {} : { tool_calls: calls }) };
  const promptTokens = messages.length;
  return {
    id: `scripted-${promptTokens}`,
    object: "chat.completion",
    model: SCRIPTED_MODEL,
    choices: [{ index: 0, message, finish_reason: calls === undefined ? "stop" : "tool_calls" }],
    usage: { prompt_tokens: promptTokens, completion_tokens: 1, total_tokens: promptTokens + 1 },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function messagesIn(body: string): readonly WireMessage[] | undefined {
  try {
    const { messages } = JSON.parse(body) as { readonly messages?: unknown };
    return Array.isArray(messages) ? (messages as readonly WireMessage[]) : undefined;
  } catch {
    return undefined;
  }
}

function isOurs(authorization: string | undefined): boolean {
  const [given, wanted] = [authorization ?? "", `Bearer ${key}`].map((text) =>
    createHash("sha256").update(text).digest(),
  );
  return given !== undefined && wanted !== undefined && timingSafeEqual(given, wanted);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, status, {
    error: { message: "The scripted model does not answer that.", type: "invalid_request_error", code },
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "x-scripted-model": SCRIPTED_MODEL })
    .end(JSON.stringify(body));
}
