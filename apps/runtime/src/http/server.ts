import fastifySwagger from "@fastify/swagger";
import type { ErrorObject } from "ajv/dist/2020.js";
import { fastify } from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "./access.ts";
import type { Desk } from "./desk.ts";
import { sendFailure } from "./failure.ts";
import type { Trouble } from "./failure.ts";
import { methodNotAllowed, requestMalformed, routeUnknown, stopping } from "./http-error.ts";
import { parseJsonBody } from "./json-body.ts";
import type { JsonSchema } from "./json-schema.ts";
import {
  BODY_BYTES_MAX,
  CONNECTIONS_CHECK_MS,
  CONNECTIONS_MAX,
  KEEP_ALIVE_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
} from "./limits.ts";
import { OPENAPI } from "./openapi.ts";
import { PAGE_HEADERS, pageRoutes } from "./page.ts";
import { problemOf, rawResponse } from "./problem.ts";
import { createRouteTable } from "./route-table.ts";
import { approvalRoutes } from "./routes-approvals.ts";
import { authorityRoutes } from "./routes-authority.ts";
import { demoRoutes } from "./routes-demo.ts";
import { launchRoutes } from "./routes-launch.ts";
import { logRoutes } from "./routes-log.ts";
import { missionRoutes } from "./routes-missions.ts";
import { stateRoutes } from "./routes-state.ts";
import { SCHEMAS } from "./schemas.ts";
import { createValidator, refusalOf } from "./validation.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; `null` where nobody needs to say. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Anybody who reaches the server may ask. */
    open?: boolean;
  }
}

export interface ServerParts {
  readonly desk: Desk;
  /** The page's folder. */
  readonly page: string | undefined;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly requestTimeoutMs?: number;
  readonly trouble: Trouble;
  /** Of a failure that nobody expected. */
  readonly newId: () => string;
}

/** The API and the page, not listening yet. Every route validates by one validator, and every failure is a problem. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const app = newInstance(parts);
  const validator = createValidator();
  for (const [name, schema] of Object.entries(SCHEMAS)) app.addSchema({ $id: name, ...schema });
  app.setValidatorCompiler(({ schema }) => validator.compile(schema as JsonSchema));
  app.setSerializerCompiler(() => JSON.stringify); // an answer is what its view made of it; tests hold it against its schema
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, async (_request: FastifyRequest, body: string) =>
    parseJsonBody(body),
  );
  app.decorateRequest("caller", null);
  const routes = createRouteTable();
  app.addHook("onRoute", ({ url, method }) => routes.add(url, method));
  app.addHook("onRequest", (request, reply) => admit(parts.desk, request, reply));
  app.setErrorHandler((error, _request, reply) => sendFailure(error, reply, parts));
  app.setNotFoundHandler((request) => {
    const [path = "/"] = request.url.split("?", 1);
    const allowed = routes.methodsOf(path);
    throw allowed.length > 0 ? methodNotAllowed(request.method, path, allowed) : routeUnknown(path);
  });
  await app.register(fastifySwagger, OPENAPI);
  await app.register(async (api) => {
    stateRoutes(api, parts.desk);
    missionRoutes(api, parts.desk);
    launchRoutes(api, parts.desk);
    approvalRoutes(api, parts.desk);
    authorityRoutes(api, parts.desk);
    logRoutes(api, parts.desk);
    demoRoutes(api, parts.desk);
    api.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  });
  await pageRoutes(app, parts.page);
  await app.ready();
  return app;
}

function newInstance(parts: ServerParts): FastifyInstance {
  const options = {
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: parts.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    return503OnClosing: false, // ours is a problem document
    forceCloseConnections: "idle" as const,
    schemaErrorFormatter: (errors: unknown, part: string) => refusalOf(errors as readonly ErrorObject[], part),
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => sendFailure(error, reply, parts),
    clientErrorHandler: refuseSocket,
  };
  const { tls } = parts;
  // Node takes the smaller of the two for the headers and the larger for the whole: its own minute would stand for ours.
  const timing = { headersTimeout: options.requestTimeout, connectionsCheckingInterval: CONNECTIONS_CHECK_MS };
  const app =
    tls === undefined
      ? fastify({ ...options, http: timing })
      : fastify({ ...options, https: { ...tls, ...timing, minVersion: "TLSv1.2" as const } });
  app.server.maxConnections = CONNECTIONS_MAX;
  return app as FastifyInstance;
}

/** Nothing on this socket could be read as a request. */
function refuseSocket(
  error: NodeJS.ErrnoException,
  socket: { writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
  else socket.end(rawResponse(problemOf(requestMalformed(error.code))));
}

/** Called by our name, by somebody we know, before the body is read. */
async function admit(desk: Desk, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(PAGE_HEADERS);
  desk.access.checkHost(request);
  const { url, config } = request.routeOptions;
  if (url === undefined || !url.startsWith("/v1/")) return;
  reply.header("cache-control", "no-store");
  if (config.open === true) return;
  if (desk.isStopping()) throw stopping();
  request.caller = await desk.access.authenticate(request);
}
