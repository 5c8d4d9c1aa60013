import type { JsonObject } from "@aura/trust";
import { unreachable } from "@aura/trust";
import type { UpstreamAnswer } from "../upstream.ts";
import type { Timers } from "../timers.ts";
import type { Message } from "./json-rpc.ts";
import { readMessage, writeMessage } from "./json-rpc.ts";
import { ServerProcess } from "./server-process.ts";
import type { ServerCommand } from "./server-process.ts";

/** What a server may send that no request of ours asked for, since its last answer: logs, progress, garbage. */
export const UNASKED_BYTES_MAX = 16 * 1024 * 1024;
/** What we keep for a server that asks us and does not read our answers. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** JSON-RPC 2.0 section 5.1. */
const METHOD_NOT_FOUND = -32_601;

interface Pending {
  readonly resolve: (answer: UpstreamAnswer) => void;
  readonly cancel: () => void;
}

/** Requests and answers with one server process, from its start to its end. It is never started again: that is a new session. */
export class Session {
  readonly #process: ServerProcess;
  readonly #timers: Timers;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #unaskedBytes = 0;
  #endedBy: string | undefined;
  #changes = 0;

  constructor(command: ServerCommand, timers: Timers) {
    this.#timers = timers;
    const listener = { line: (text: string) => this.#hear(text), ended: (reason: string) => this.#end(reason) };
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
   * Writes one request before it returns its promise. Never rejects, never repeats. An answer after `timeoutMs` is not
   * heard; bytes that have not even left by then never will.
   */
  request(method: string, params: JsonObject, timeoutMs: number): Promise<UpstreamAnswer> {
    if (!this.isOpen()) return Promise.resolve({ kind: "not_sent", reason: "The server is not running." });
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<UpstreamAnswer>();
    let flushed = false;
    const cancel = this.#timers.after(timeoutMs, () => this.#giveUp(id, method, { flushed, timeoutMs }));
    this.#pending.set(id, { resolve, cancel });
    this.#process.write(writeMessage({ id, method, params }), () => {
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

  #hear(line: string): void {
    const message = readMessage(line);
    if (this.#answers(message)) {
      this.#unaskedBytes = 0;
      return;
    }
    this.#unaskedBytes += line.length + 1;
    if (this.#unaskedBytes > UNASKED_BYTES_MAX) {
      return this.cut(`It sent more than ${UNASKED_BYTES_MAX} bytes that nobody asked for.`);
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
      case "request":
      case "notification":
      case "stray":
        return false;
      default:
        return unreachable(message);
    }
  }

  #settle(id: number, answer: UpstreamAnswer): boolean {
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
    { flushed, timeoutMs }: { readonly flushed: boolean; readonly timeoutMs: number },
  ): void {
    this.#changes += 1;
    this.#settle(id, { kind: "silent", reason: `It did not answer within ${timeoutMs} ms.` });
    if (!flushed) return this.cut("It did not take what was written to it in time.");
    // MCP 2025-11-25, cancellation: a request that is given up is cancelled, `initialize` never.
    if (method !== "initialize") this.notify("notifications/cancelled", { requestId: id, reason: "timed out" });
  }

  /** We offer a server nothing: no roots, no sampling, no elicitation. */
  #reply({ id, method }: Extract<Message, { kind: "request" }>): void {
    if (this.#process.unflushedBytes() > UNREAD_BYTES_MAX) return this.cut("It asks and does not read the answers.");
    const answer: JsonObject =
      method === "ping" ? { id, result: {} } : { id, error: { code: METHOD_NOT_FOUND, message: "Method not found" } };
    if (this.isOpen()) this.#process.write(writeMessage(answer));
  }

  #end(reason: string): void {
    this.#endedBy = reason;
    this.#changes += 1;
    for (const id of this.#pending.keys()) {
      this.#settle(id, { kind: "silent", reason: `The connection ended before an answer came. ${reason}` });
    }
  }
}
