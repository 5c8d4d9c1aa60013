import type { JsonValue } from "@aura/trust";
import { serverMalformed } from "../gateway-error.ts";
import { isObject } from "../mcp/json-rpc.ts";
import type { LongLine } from "../mcp/line-reader.ts";
import { START_TIMEOUT_MS } from "../mcp/handshake.ts";
import { ServerProcess } from "../mcp/server-process.ts";
import type { ServerCommand } from "../mcp/server-process.ts";
import type { Timers } from "../timers.ts";
import { within } from "../timers.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseEndpoint } from "./endpoint.ts";

/**
 * A model server that we start ourselves. Its first line says where it listens, `{"baseUrl":"http://127.0.0.1:4711/v1"}`, on
 * this machine; it ends when its standard input does, so it never outlives us.
 */
export class ModelServer {
  readonly #process: ServerProcess;
  readonly #place = Promise.withResolvers<Endpoint>();
  readonly #timers: Timers;
  #heard = false;
  #ended = false;

  /** `ended` is called once. @throws what the system throws that refuses to start such a process */
  constructor(command: ServerCommand, timers: Timers, ended: () => void) {
    this.#timers = timers;
    this.#place.promise.catch(() => undefined);
    const listener = {
      line: (line: string | LongLine) => this.#hear(line),
      ended: (reason: string) => {
        this.#ended = true;
        ended();
        this.#place.reject(serverMalformed(`It did not start. ${reason}`));
      },
    };
    this.#process = new ServerProcess(command, listener, timers);
  }

  isRunning(): boolean {
    return !this.#ended;
  }

  /** Where it listens. @throws `gateway/server_malformed`, `gateway/endpoint_refused` */
  async listening(): Promise<Endpoint> {
    const endpoint = await within(this.#timers, START_TIMEOUT_MS, this.#place.promise);
    if (endpoint !== undefined) return endpoint;
    throw serverMalformed(`It did not say within ${START_TIMEOUT_MS} ms where it listens.`);
  }

  cut(reason: string): void {
    this.#process.cut(reason);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  stderr(): string {
    return this.#process.stderr();
  }

  /** What it says after its first line is a log of its own. */
  #hear(line: string | LongLine): void {
    if (this.#heard) return;
    this.#heard = true;
    try {
      this.#place.resolve(readPlace(line));
    } catch (error) {
      this.#place.reject(error);
    }
  }
}

function readPlace(line: string | LongLine): Endpoint {
  const said = typeof line === "string" ? parse(line) : undefined;
  const baseUrl = isObject(said) ? said["baseUrl"] : undefined;
  if (typeof baseUrl !== "string") throw serverMalformed("Its first line does not say where it listens.");
  const endpoint = parseEndpoint(baseUrl);
  if (!endpoint.loopback || endpoint.tls) throw serverMalformed("It listens somewhere else than on this machine.");
  return endpoint;
}

function parse(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
}
