import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { onAbort } from "../timers.ts";
import type { Timers } from "../timers.ts";

/** The longest answer of a model server that is read, in bytes. */
export const MODEL_ANSWER_BYTES_MAX = 1_048_576;
/** Its headers, together. */
export const MODEL_HEADER_BYTES_MAX = 16_384;

export interface Question {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Once it aborts the connection is destroyed. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of one HTTP exchange. */
export type Exchange =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly encoding: string | undefined;
      readonly body: Uint8Array;
    }
  | { readonly kind: "silent"; readonly reason: string }
  | { readonly kind: "not_sent"; readonly reason: string };

/**
 * One request and its answer (HTTP/1.1, RFC 9112) over a connection that is open, and closed afterwards. A redirect is an
 * answer like another and is not followed. Never rejects: if not one byte was handed to the connection the request was
 * `not_sent`, whatever else fails is `silent`.
 */
export function exchange(socket: Socket, question: Question, timers: Timers): Promise<Exchange> {
  if (question.signal?.aborted === true) {
    socket.destroy();
    return Promise.resolve({ kind: "not_sent", reason: "Its sender was stopped." });
  }
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const before = socket.bytesWritten;
  const give = (end: Exchange): void => {
    cancel();
    unsubscribe();
    resolve(end);
    socket.destroy();
  };
  const lost = (reason: string): void =>
    give(socket.bytesWritten === before ? { kind: "not_sent", reason } : { kind: "silent", reason });
  const cancel = timers.after(question.timeoutMs, () => lost(`It did not answer within ${question.timeoutMs} ms.`));
  const unsubscribe = onAbort(question.signal, () => lost("Its sender was stopped before an answer came."));
  const headers = {
    ...question.headers,
    connection: "close",
    "content-length": String(Buffer.byteLength(question.body)),
  };
  const sent = request({
    method: "POST",
    path: question.path,
    headers,
    setHost: false,
    maxHeaderSize: MODEL_HEADER_BYTES_MAX,
    createConnection: () => socket,
  });
  sent.on("error", (error: NodeJS.ErrnoException) => lost(`The connection failed (${error.code ?? "unknown error"}).`));
  sent.on("close", () => lost("The connection ended before an answer came."));
  sent.on("upgrade", () => lost("It answered in another protocol."));
  sent.on("response", (response) => read(response, give));
  sent.end(question.body);
  return promise;
}

function read(response: IncomingMessage, give: (end: Exchange) => void): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  response.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MODEL_ANSWER_BYTES_MAX) {
      return give({
        kind: "silent",
        reason: `It answered more than the ${MODEL_ANSWER_BYTES_MAX} bytes that are read.`,
      });
    }
    chunks.push(chunk);
  });
  response.on("error", () => give({ kind: "silent", reason: "Its answer broke off." }));
  response.on("end", () => {
    const encoding = response.headers["content-encoding"];
    if (!response.complete) return give({ kind: "silent", reason: "Its answer broke off." });
    give({ kind: "answered", status: response.statusCode ?? 0, encoding, body: Buffer.concat(chunks) });
  });
}
