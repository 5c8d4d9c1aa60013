import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { httpModelUpstream } from "../../src/index.ts";
import type { HttpModelUpstreamOptions, Offer, Upstream, UpstreamAnswer } from "../../src/index.ts";

export const KEY = "sk-secret-0123456789";
export const QUESTION = { messages: [{ role: "user", content: "Hi" }] };

/** A model server on this machine that hears whole requests as text and answers raw bytes. */
export interface RawServer {
  readonly baseUrl: string;
  readonly requests: string[];
  readonly sockets: Set<Socket>;
}

/** `answer` is called with each request once its body is whole. */
export async function aRawServer(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString();
      const [head = "", body] = text.split("\r\n\r\n");
      const length = Number(/content-length: (?<length>\d+)/i.exec(head)?.groups?.["length"]);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      requests.push(text);
      answer(socket, text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, sockets };
}

export function httpAnswer(status: number, body: string, headers = ""): string {
  return `HTTP/1.1 ${status} X\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function aCompletion(message: object = { role: "assistant", content: "Hello" }): string {
  const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };
  return JSON.stringify({ id: "c", model: "m-1", choices: [{ index: 0, message, finish_reason: "stop" }], usage });
}

export function aModelUpstream(options: Partial<HttpModelUpstreamOptions>): Upstream {
  const upstream = httpModelUpstream({ name: "model", model: "m", ...options });
  onTestFinished(() => upstream.close());
  return upstream;
}

export async function askModel(upstream: Upstream, timeoutMs = 10_000): Promise<UpstreamAnswer> {
  return askAt(await upstream.offer(), timeoutMs);
}

export function askAt(offer: Offer, timeoutMs = 10_000, args: object = QUESTION): Promise<UpstreamAnswer> {
  return offer.call({ tool: "model", arguments: args as never, idempotencyKey: "key-1", timeoutMs });
}
