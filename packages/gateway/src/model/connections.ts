import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { serverMalformed } from "../gateway-error.ts";
import type { Timers } from "../timers.ts";
import type { Endpoint } from "./endpoint.ts";
import { isLoopbackAddress } from "./endpoint.ts";

/** From asking for a connection to having it, TLS included. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that waits longer for its call is closed: servers close theirs after about five seconds. */
export const IDLE_MS_MAX = 2_000;

/** What ends a connection that nobody uses. */
const ENDS = ["data", "end", "close", "error"];

/**
 * Connections that stand ready before a call is let go, so that between the last look and the bytes nothing is waited for:
 * no name is looked up and no hand is shaken then. Each carries one call.
 */
export class Connections {
  readonly #endpoint: Endpoint;
  readonly #timers: Timers;
  readonly #idle = new Map<Socket, () => void>();
  readonly #opening = new Set<Socket>();
  #making: Promise<void> | undefined;
  #closed = false;

  constructor(endpoint: Endpoint, timers: Timers) {
    this.#endpoint = endpoint;
    this.#timers = timers;
  }

  isReady(): boolean {
    return this.#idle.size > 0;
  }

  /** Resolves when one stands ready. @throws `gateway/server_malformed` if none can be had */
  async ready(): Promise<void> {
    if (this.isReady()) return;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    await this.#making;
  }

  /** One that stands ready, and is the caller's from now on. */
  take(): Socket | undefined {
    const [socket] = this.#idle.keys();
    if (socket !== undefined) this.#forget(socket);
    return socket;
  }

  close(): void {
    this.#closed = true;
    for (const socket of [...this.#idle.keys(), ...this.#opening]) this.#drop(socket);
  }

  async #make(): Promise<void> {
    if (this.#closed) throw serverMalformed("The connections are closed.");
    const socket = this.#open();
    this.#opening.add(socket);
    try {
      await this.#connected(socket);
    } finally {
      this.#opening.delete(socket);
    }
    this.#keep(socket);
  }

  #keep(socket: Socket): void {
    const drop = (): void => this.#drop(socket);
    const cancel = this.#timers.after(IDLE_MS_MAX, drop);
    // Whatever a server says before it was asked is no answer; reading is also how we hear that it closed.
    for (const event of ENDS) socket.on(event, drop);
    this.#idle.set(socket, () => {
      cancel();
      for (const event of ENDS) socket.off(event, drop);
    });
  }

  #open(): Socket {
    const { host, port, tls } = this.#endpoint;
    if (!tls) return connect({ host, port, noDelay: true });
    const servername = /^[0-9.]+$|:/.test(host) ? "" : host;
    return connectTls({ host, port, servername, ALPNProtocols: ["http/1.1"], minVersion: "TLSv1.2" }).setNoDelay(true);
  }

  #connected(socket: Socket): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#timers.after(CONNECT_TIMEOUT_MS, () => {
      reject(serverMalformed(`No connection came about within ${CONNECT_TIMEOUT_MS} ms.`));
      socket.destroy();
    });
    socket.once(this.#endpoint.tls ? "secureConnect" : "connect", () => {
      if (this.#endpoint.loopback && !isLoopbackAddress(socket.remoteAddress)) {
        reject(serverMalformed("Its name stands for this machine and led to another."));
        socket.destroy();
      } else resolve();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      reject(serverMalformed(`No connection came about (${error.code ?? "unknown error"}).`));
    });
    socket.once("close", () => reject(serverMalformed("The connection was closed.")));
    return promise.finally(cancel);
  }

  #forget(socket: Socket): void {
    this.#idle.get(socket)?.();
    this.#idle.delete(socket);
  }

  #drop(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }
}
