import type { Clock, JsonObject } from "@aura/trust";
import { canonicalJson, isAuraError, systemClock } from "@aura/trust";
import { endpointRefused, upstreamUnavailable } from "../gateway-error.ts";
import type { ServerCommand } from "../mcp/server-process.ts";
import { INHERITED_VARIABLES, inheritedEnvironment } from "../mcp/system-environment.ts";
import { RestartPause } from "../restart-pause.ts";
import { systemTimers } from "../system-timers.ts";
import type { Timers } from "../timers.ts";
import type { Offer, ToolDefinition, Upstream, UpstreamAnswer, UpstreamCall } from "../upstream.ts";
import { Connections } from "./connections.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseEndpoint } from "./endpoint.ts";
import { exchange } from "./exchange.ts";
import { readModelAnswer } from "./model-answer.ts";
import { ModelServer } from "./model-server.ts";
import { MODEL_TOOL, modelDefinition } from "./model-tool.ts";

/** The longest request to a model, in UTF-8 bytes. */
export const MODEL_REQUEST_BYTES_MAX = 2_097_152;

export interface HttpModelUpstreamOptions {
  /** What registrations call it. */
  readonly name: string;
  /** The model that is asked for: of the configuration, never of an agent. */
  readonly model: string;
  /** `https://api.example.com/v1`, or a server on this machine over plain HTTP. */
  readonly baseUrl?: string;
  /** Instead of `baseUrl`: a server that we start, which says on its first line where it listens. */
  readonly server?: Pick<ServerCommand, "command" | "args" | "cwd"> & { readonly env?: ServerCommand["env"] };
  /** Sent as a bearer token to that server alone; in no error, no entry and no result. */
  readonly apiKey?: string;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

/**
 * A model as an upstream: one tool, `model`, spoken to over HTTP in the words of OpenAI's chat completions, one whole answer
 * a call. HTTPS anywhere, plain HTTP to this machine alone; a redirect is not followed; requests, answers and time are
 * limited. A call leaves over a connection that stands already, so that nothing is waited for when its bytes leave.
 *
 * Failures of a call: `gateway/model_rate_limited` (429), `gateway/model_failed` (5xx), `gateway/model_redirected` (3xx),
 * `gateway/model_refused` (any other status), `gateway/model_request_too_large`. No answer, half of one, and one that is no
 * chat completion are `silent`.
 * @throws `gateway/endpoint_refused`
 */
export function httpModelUpstream(options: HttpModelUpstreamOptions): Upstream {
  return new HttpModelUpstream(options);
}

/** Where the model is now, and the process behind it if it is ours. */
interface Place {
  readonly endpoint: Endpoint;
  readonly connections: Connections;
  readonly server: ModelServer | undefined;
}

class HttpModelUpstream implements Upstream {
  readonly name: string;
  readonly #model: string;
  readonly #apiKey: string | undefined;
  readonly #tools: ReadonlyMap<string, ToolDefinition>;
  readonly #command: ServerCommand | undefined;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #pause = new RestartPause();
  readonly #servers = new Set<ModelServer>();
  #place: Promise<Place> | undefined;
  #closed = false;
  readonly #open = new Set<Connections>();

  constructor({ name, model, baseUrl, server, apiKey, clock, timers }: HttpModelUpstreamOptions) {
    this.name = name;
    this.#model = model;
    this.#apiKey = checkedKey(apiKey);
    this.#clock = clock ?? systemClock;
    this.#timers = timers ?? systemTimers;
    const endpoint = baseUrl === undefined ? undefined : parseEndpoint(baseUrl);
    if ((endpoint === undefined) === (server === undefined))
      throw endpointRefused("It is either a URL or a server of ours.");
    this.#tools = new Map([
      [MODEL_TOOL, modelDefinition(model, endpoint?.loopback === false ? endpoint.origin : undefined)],
    ]);
    this.#command = server && { ...server, env: { ...inheritedEnvironment(INHERITED_VARIABLES), ...server.env } };
    if (endpoint !== undefined) this.#place = Promise.resolve(this.#placeAt(endpoint, undefined));
  }

  async offer(): Promise<Offer> {
    const place = await this.#findPlace();
    try {
      await place.connections.ready();
    } catch (error) {
      throw this.#unavailable(error, place.server);
    }
    return this.#offerAt(place);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const connections of this.#open) connections.close();
    await Promise.all([...this.#servers].map((server) => server.stop()));
    this.#servers.clear();
  }

  #offerAt(place: Place): Offer {
    const { connections } = place;
    return {
      tools: this.#tools,
      isCurrent: () => !this.#closed && place.server?.isRunning() !== false,
      isCongested: () => !connections.isReady(),
      drained: () => connections.ready().catch(() => undefined),
      call: (call) => this.#call(place, call),
    };
  }

  async #call({ endpoint, connections }: Place, call: UpstreamCall): Promise<UpstreamAnswer> {
    const body = bodyOf(this.#model, call.arguments);
    if (Buffer.byteLength(body) > MODEL_REQUEST_BYTES_MAX) {
      const message = `The request is longer than ${MODEL_REQUEST_BYTES_MAX} bytes.`;
      return { kind: "failed", code: "gateway/model_request_too_large", message };
    }
    const socket = this.#closed ? undefined : connections.take();
    if (socket === undefined) return { kind: "not_sent", reason: "There is no connection to the model server." };
    const headers = {
      host: endpoint.hostHeader,
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "idempotency-key": call.idempotencyKey,
      ...(this.#apiKey === undefined ? {} : { authorization: `Bearer ${this.#apiKey}` }),
    };
    const { timeoutMs, signal } = call;
    return readModelAnswer(
      await exchange(socket, { path: endpoint.path, headers, body, timeoutMs, signal }, this.#timers),
      this.#apiKey,
    );
  }

  async #findPlace(): Promise<Place> {
    if (this.#closed) throw upstreamUnavailable(this.name, "The gateway is closed.");
    const place = await this.#place?.catch(() => undefined);
    if (place !== undefined && place.server?.isRunning() !== false) return place;
    this.#place = this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#place;
  }

  #starting: Promise<Place> | undefined;

  async #start(): Promise<Place> {
    const waitMs = this.#pause.waitMs(this.#clock.nowMs());
    if (waitMs > 0)
      throw upstreamUnavailable(this.name, `It died several times in a row; it may start again in ${waitMs} ms.`);
    const server = this.#startServer();
    this.#pause.started(this.#clock.nowMs());
    try {
      return this.#placeAt(await server.listening(), server);
    } catch (error) {
      server.cut("It did not start.");
      throw this.#unavailable(error, server);
    }
  }

  #startServer(): ModelServer {
    if (this.#command === undefined || this.#closed) throw upstreamUnavailable(this.name, "The gateway is closed.");
    try {
      const server = new ModelServer(this.#command, this.#timers, () => this.#pause.ended(this.#clock.nowMs()));
      this.#servers.add(server);
      return server;
    } catch (error) {
      throw upstreamUnavailable(this.name, "The system refuses to start such a process.", error);
    }
  }

  #placeAt(endpoint: Endpoint, server: ModelServer | undefined): Place {
    const connections = new Connections(endpoint, this.#timers);
    this.#open.add(connections);
    if (this.#closed) connections.close();
    return { endpoint, connections, server };
  }

  #unavailable(error: unknown, server: ModelServer | undefined): unknown {
    if (!isAuraError(error)) return error;
    const stderr = server?.stderr().trim() ?? "";
    return upstreamUnavailable(this.name, error.what, stderr === "" ? error : new Error(stderr, { cause: error }));
  }
}

/** Canonical: the arguments leave in the very spelling that was committed to, under the model of the configuration. */
function bodyOf(model: string, args: JsonObject): string {
  return canonicalJson({ ...args, model, stream: false });
}

/** A bearer token of RFC 6750 section 2.1. */
const KEY = /^[\x21-\x7e]{1,4096}$/;

function checkedKey(apiKey: string | undefined): string | undefined {
  if (apiKey !== undefined && !KEY.test(apiKey))
    throw endpointRefused("Its key holds a space, a line end, or nothing.");
  return apiKey;
}
