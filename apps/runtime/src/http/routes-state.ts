import { commit } from "@aura/trust";
import type { FastifyInstance } from "fastify";
import { pendingApprovals } from "./approval-view.ts";
import type { Desk } from "./desk.ts";
import { codeUnknown, stopping } from "./http-error.ts";
import { answer, closed, ref, TEXT, WHOLE } from "./json-schema.ts";
import { nowView } from "./now-view.ts";
import { SESSION_TTL_MS } from "./page-sessions.ts";
import { cookieIn } from "./access.ts";

/** Health, the first screen, and how a browser gets in and out. */
export function stateRoutes(app: FastifyInstance, desk: Desk): void {
  const { runtime, sessions, access, cookie } = desk;

  app.get(
    "/v1/health",
    {
      config: { open: true },
      schema: {
        tags: ["state"],
        summary: "Whether the runtime works",
        security: [],
        response: { 200: answer("It runs.", ref("Health")) },
      },
    },
    () => ({
      status: desk.isStopping() ? "stopping" : desk.isDegraded() ? "degraded" : "ok",
      namespace: runtime.identity.namespace,
      pid: process.pid,
      startedMs: desk.startedMs,
      version: desk.version,
    }),
  );

  app.get<{ Querystring: { readonly challenge: string } }>(
    "/v1/health/proof",
    {
      config: { open: true },
      schema: {
        tags: ["state"],
        summary: "Whether this is the runtime that the data folder names",
        description: "HMAC-SHA-256 over the challenge under the secret of the folder's runtime.json.",
        security: [],
        querystring: closed({ challenge: { type: "string", pattern: "^[A-Za-z0-9_-]{43}$" } }),
        response: { 200: answer("The proof.", closed({ namespace: TEXT, proof: TEXT })) },
      },
    },
    ({ query: { challenge } }) => ({
      namespace: runtime.identity.namespace,
      proof: commit(desk.secret, challenge),
    }),
  );

  app.get(
    "/v1/now",
    { schema: { tags: ["state"], summary: "What runs and waits now", response: { 200: answer("Now.", ref("Now")) } } },
    () =>
      nowView({
        world: desk.world,
        identity: runtime.identity,
        statement: runtime.statement,
        book: desk.book,
        signed: desk.signed,
        pending: () => pendingApprovals(desk),
        demo: desk.demo !== undefined,
      }),
  );

  app.post<{ Body: { readonly code: string } }>(
    "/v1/session",
    {
      config: { open: true },
      schema: {
        tags: ["session"],
        summary: "Open a session of the page with a one-time code",
        description: "Takes the code from the fragment of the page's address. Sets an HttpOnly cookie.",
        security: [],
        body: closed({ code: { type: "string", minLength: 1, maxLength: 128 } }),
        response: { 201: answer("The session is open.", closed({ person: TEXT, expiresMs: WHOLE })) },
      },
    },
    async (request, reply) => {
      if (desk.isStopping()) throw stopping();
      access.checkPage(request);
      const opened = await sessions.redeem(request.body.code);
      if (opened === undefined) {
        access.countGuess();
        throw codeUnknown();
      }
      const age = SESSION_TTL_MS / 1_000;
      const flags = `Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${cookie.secure ? "; Secure" : ""}`;
      reply.header("set-cookie", `${cookie.name}=${opened.secret}; ${flags}`).code(201);
      return { person: opened.person, expiresMs: runtime.store.nowMs() + SESSION_TTL_MS };
    },
  );

  app.get(
    "/v1/session",
    {
      schema: {
        tags: ["session"],
        summary: "Who is asking",
        response: { 200: answer("The operator.", closed({ person: TEXT, by: { enum: ["key", "session"] } })) },
      },
    },
    (request) => ({ person: request.caller?.person ?? "", by: request.caller?.by ?? "key" }),
  );

  app.delete(
    "/v1/session",
    { schema: { tags: ["session"], summary: "End this session", response: { 204: { description: "It is over." } } } },
    async (request, reply) => {
      const secret = cookieIn(request.headers.cookie, cookie.name);
      if (secret !== undefined) await sessions.end(secret);
      return reply
        .header("set-cookie", `${cookie.name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`)
        .code(204)
        .send();
    },
  );

  app.post(
    "/v1/session/codes",
    {
      schema: {
        tags: ["session"],
        summary: "Make an address that opens the page once",
        response: { 201: answer("The address.", closed({ url: TEXT })) },
      },
    },
    async (request, reply) => reply.code(201).send({ url: await desk.pageUrl(request.caller?.person ?? "") }),
  );
}
