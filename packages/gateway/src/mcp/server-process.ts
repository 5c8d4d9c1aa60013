import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Timers } from "../timers.ts";
import { ByteTail } from "./byte-tail.ts";
import { LineReader } from "./line-reader.ts";
import type { LongLine } from "./line-reader.ts";
import { dieWithUs } from "./living-processes.ts";

/** The longest message of a server that is read, in UTF-8 bytes without its line end. A longer one goes by unread. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
/** The longest message that goes by; a server that writes on ends with it. */
export const PASSED_BYTES_MAX = 64 * 1024 * 1024;
/** What is kept of a server's standard error. */
export const STDERR_BYTES_KEPT = 8_192;
/** From closing its input to SIGTERM, and from there to SIGKILL. */
export const STOP_STEP_MS = 2_000;
/** How long a dead server's last words may still arrive, if a child of its own holds its output open. */
const LAST_WORDS_MS = 250;

/** How a server is started. Nothing else of ours reaches it. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Its whole environment. */
  readonly env: { readonly [name: string]: string };
}

/** What a server does. `ended` comes once, and is the last. */
export interface ServerListener {
  line(line: string | LongLine): void;
  ended(reason: string): void;
}

/**
 * A running server and its three streams. It stays in our process group, so what ends the group ends it; when we die, its
 * standard input ends, which is the protocol's order to exit (MCP 2025-11-25, lifecycle, shutdown).
 */
export class ServerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #listener: ServerListener;
  readonly #timers: Timers;
  readonly #stderr = new ByteTail(STDERR_BYTES_KEPT);
  readonly #exited = Promise.withResolvers<void>();
  #writable = true;
  #running = true;
  #ended = false;
  readonly #drained: (() => void)[] = [];
  readonly #outlived: () => void;

  constructor(command: ServerCommand, listener: ServerListener, timers: Timers) {
    this.#listener = listener;
    this.#timers = timers;
    const { command: file, args, cwd, env } = command;
    this.#child = spawn(file, args, { cwd, env, stdio: "pipe", detached: false, windowsHide: true });
    this.#outlived = dieWithUs(this.#child);
    this.#watch();
  }

  /** False once it can take no more. */
  isWritable(): boolean {
    return this.#writable;
  }

  /** Bytes that we wrote and it has not taken. */
  unflushedBytes(): number {
    return this.#child.stdin.writableLength;
  }

  /** Resolves when it has taken everything, or never will. */
  drained(): Promise<void> {
    if (!this.#writable || this.unflushedBytes() === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Hands the bytes to the system, or keeps them until the server takes more. `flushed` when they have left us. */
  write(text: string, flushed: () => void = () => undefined): void {
    this.#child.stdin.write(text, (error) => {
      if (error) return;
      flushed();
      if (this.unflushedBytes() === 0) this.#wakeDrained();
    });
  }

  /** The end of what it wrote to its standard error. May hold secrets. */
  stderr(): string {
    return this.#stderr.text();
  }

  /** At once, and without a word. Bytes that it has not taken are lost. */
  cut(reason: string): void {
    this.#end(reason);
    this.#child.kill("SIGKILL");
  }

  /** Closes its input, and is less and less polite. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#end("It was stopped.");
    if (!this.#running) return this.#exited.promise;
    this.#child.stdin.end();
    const cancels = [
      this.#timers.after(STOP_STEP_MS, () => this.#child.kill("SIGTERM")),
      this.#timers.after(2 * STOP_STEP_MS, () => this.#child.kill("SIGKILL")),
    ];
    await this.#exited.promise;
    for (const cancel of cancels) cancel();
  }

  #watch(): void {
    // First, so that a failure to start is never an uncaught event; without a process there may be no streams at all.
    this.#child.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#child.pid === undefined) this.#gone(`It could not be started (${error.code ?? "unknown error"}).`);
    });
    const { stdin, stdout, stderr } = this.#child;
    const lines = new LineReader({ lineBytesMax: MESSAGE_BYTES_MAX, passedBytesMax: PASSED_BYTES_MAX });
    stdout.on("data", (chunk: Uint8Array) => {
      if (this.#ended) return;
      const read = lines.push(chunk);
      if (read === "endless") return this.cut(`It sent a message of more than ${PASSED_BYTES_MAX} bytes.`);
      for (const line of read) if (!this.#ended) this.#listener.line(line);
    });
    stderr.on("data", (chunk: Uint8Array) => this.#stderr.push(chunk));
    for (const stream of [stdout, stderr]) stream.on("error", () => undefined); // "close" follows
    stdin.on("error", () => this.#stopReading());
    this.#child.once("exit", (code, signal) => {
      this.#writable = false;
      const reason = `It exited (${signal ?? code}).`;
      const cancel = this.#timers.after(LAST_WORDS_MS, () => this.#gone(reason));
      this.#child.once("close", () => {
        cancel();
        this.#gone(reason);
      });
    });
  }

  /** It will hear nothing more; what it said before that is still heard. */
  #stopReading(): void {
    this.#writable = false;
    this.#wakeDrained();
    this.#timers.after(LAST_WORDS_MS, () => this.cut("It stopped reading."));
  }

  #gone(reason: string): void {
    this.#end(reason);
    this.#running = false;
    this.#outlived();
    const { stdin, stdout, stderr } = this.#child;
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    this.#exited.resolve();
  }

  #end(reason: string): void {
    this.#writable = false;
    if (this.#ended) return;
    this.#ended = true;
    this.#wakeDrained();
    this.#listener.ended(reason);
  }

  #wakeDrained(): void {
    for (const wake of this.#drained.splice(0)) wake();
  }
}
