import type { JsonObject } from "@aura/trust";
import { isAuraError, unreachable } from "@aura/trust";
import { onAbort } from "../timers.ts";
import type { Timers } from "../timers.ts";
import type { UpstreamAnswer } from "../upstream.ts";
import type { Message } from "./json-rpc.ts";
import { readLongMessage, readMessage, writeMessage } from "./json-rpc.ts";
import type { LongLine } from "./line-reader.ts";
import { MESSAGE_BYTES_MAX, ServerProcess } from "./server-process.ts";
import type { ServerCommand } from "./server-process.ts";

/** Characters that a server may send since its last answer and that answer nothing: logs, progress, garbage. */
export const UNASKED_CHARS_MAX = 16 * 1024 * 1024;
/** What we keep for a server that asks us and does not read our answers. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** JSON-RPC 2.0 section 5.1. */
const METHOD_NOT_FOUND = -32_601;

/** What a request comes to on this wire. */
export type SessionAnswer = Extract<UpstreamAnswer, { kind: "result" | "error" | "silent" | "not_sent" }>;

interface Pending {
  readonly resolve: (answer: SessionAnswer) => void;
  readonly cancel: () => void;
}

/** Requests and answers with one server process, from its start to its end. It is never started again: that is a new session. */
export class Session {
  readonly #process: ServerProcess;
  readonly #timers: Timers;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #unaskedChars = 0;
  #endedBy: string | undefined;
  #changes = 0;

  /** `ended` is called once, when the server is no longer heard. */
  constructor(command: ServerCommand, timers: Timers, ended: () => void = () => undefined) {
    this.#timers = timers;
    const listener = {
      line: (line: string | LongLine) => this.#hear(line),
      ended: (reason: string) => {
        ended();
        this.#end(reason);
      },
    };
    this.#process = new ServerProcess(command, listener, timers);
  }

  isOpen(): boolean {
    return this.#process.isWritable();
  }

  /** Why it ended; `undefined` while it has not. */
  endedBy(): string | undefined {
    return this.#endedBy;
  }

  /** Rises when what the server said about its tools may no longer hold: it said so, or a request of ours got no answer. */
  changes(): number {
    return this.#changes;
  }

  isIdle(): boolean {
    return this.#pending.size === 0;
  }

  isCongested(): boolean {
    return this.#process.unflushedBytes() > 0;
  }

  drained(): Promise<void> {
    return this.#process.drained();
  }

  stderr(): string {
    return this.#process.stderr();
  }

  /**
   * Writes one request before it returns its promise. Never rejects, never repeats. An answer after `timeoutMs`, or after
   * `signal` aborted, is not heard; bytes that have not even left by then never will.
   */
  request(method: string, params: JsonObject, timeoutMs: number, signal?: AbortSignal): Promise<SessionAnswer> {
    if (signal?.aborted === true) return Promise.resolve({ kind: "not_sent", reason: "Its sender was stopped." });
    if (!this.isOpen()) return Promise.resolve({ kind: "not_sent", reason: "The server is not running." });
    this.#lastId += 1;
    const id = this.#lastId;
    const line = findLine({ id, method, params });
    if (line === undefined) return Promise.resolve({ kind: "not_sent", reason: "The call cannot be written as JSON." });
    const { promise, resolve } = Promise.withResolvers<SessionAnswer>();
    let flushed = false;
    const late = { what: `It did not answer within ${timeoutMs} ms.`, said: "timed out" };
    const stopped = { what: "Its sender was stopped before an answer came.", said: "stopped" };
    const stopWaiting = this.#timers.after(timeoutMs, () => this.#giveUp(id, method, { flushed, why: late }));
    const unsubscribe = onAbort(signal, () => this.#giveUp(id, method, { flushed, why: stopped }));
    const cancel = (): void => {
      stopWaiting();
      unsubscribe();
    };
    this.#pending.set(id, { resolve, cancel });
    this.#process.write(line, () => {
      flushed = true;
    });
    return promise;
  }

  notify(method: string, params?: JsonObject): void {
    if (this.isOpen()) this.#process.write(writeMessage(params === undefined ? { method } : { method, params }));
  }

  /** Kills the server. Requests without an answer end `silent`. */
  cut(reason: string): void {
    this.#process.cut(reason);
  }

  /** Ends the server; resolves when its process is gone. Requests without an answer end `silent`. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  #hear(line: string | LongLine): void {
    const message = typeof line === "string" ? readMessage(line) : readLongMessage(line);
    if (this.#answers(message)) {
      this.#unaskedChars = 0;
      return;
    }
    this.#unaskedChars += typeof line === "string" ? line.length : MESSAGE_BYTES_MAX;
    if (this.#unaskedChars > UNASKED_CHARS_MAX) {
      return this.cut(`It sent more than ${UNASKED_CHARS_MAX} characters that nobody asked for.`);
    }
    if (message.kind === "request") this.#reply(message);
    if (message.kind === "notification" && message.method === "notifications/tools/list_changed") this.#changes += 1;
  }

  /** Whether it was the answer to a request that still waits. */
  #answers(message: Message): boolean {
    switch (message.kind) {
      case "result":
        return this.#settle(message.id, { kind: "result", result: message.result });
      case "error":
        return this.#settle(message.id, { kind: "error", code: message.code, message: message.message });
      case "malformed":
        return this.#settle(message.id, {
          kind: "silent",
          reason: "It answered what is neither a result nor an error.",
        });
      case "long":
        return this.#settle(message.id, {
          kind: "silent",
          reason: `It answered more than the ${MESSAGE_BYTES_MAX} bytes that are read.`,
        });
      case "request":
      case "notification":
      case "stray":
        return false;
      default:
        return unreachable(message);
    }
  }

  #settle(id: number, answer: SessionAnswer): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    this.#pending.delete(id);
    pending.cancel();
    pending.resolve(answer);
    return true;
  }

  #giveUp(
    id: number,
    method: string,
    { flushed, why }: { readonly flushed: boolean; readonly why: { readonly what: string; readonly said: string } },
  ): void {
    this.#changes += 1;
    this.#settle(id, { kind: "silent", reason: why.what });
    if (!flushed) return this.cut("It did not take what was written to it in time.");
    // MCP 2025-11-25, cancellation: a request that is given up is cancelled, `initialize` never.
    if (method !== "initialize") this.notify("notifications/cancelled", { requestId: id, reason: why.said });
  }

  /** We offer a server nothing: no roots, no sampling, no elicitation. */
  #reply({ id, method }: Extract<Message, { kind: "request" }>): void {
    if (this.#process.unflushedBytes() > UNREAD_BYTES_MAX) return this.cut("It asks and does not read the answers.");
    const answer: JsonObject =
      method === "ping" ? { id, result: {} } : { id, error: { code: METHOD_NOT_FOUND, message: "Method not found" } };
    const line = findLine(answer); // its id may be one that JSON reads and cannot write
    if (this.isOpen() && line !== undefined) this.#process.write(line);
  }

  #end(reason: string): void {
    this.#endedBy = reason;
    this.#changes += 1;
    for (const id of this.#pending.keys()) {
      this.#settle(id, { kind: "silent", reason: `The connection ended before an answer came. ${reason}` });
    }
  }
}

/** `undefined` for what JSON cannot carry without loss. */
function findLine(message: JsonObject): string | undefined {
  try {
    return writeMessage(message);
  } catch (error) {
    if (!isAuraError(error, "trust/not_json")) throw error;
    return undefined;
  }
}
