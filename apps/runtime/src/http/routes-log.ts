import type { FastifyInstance } from "fastify";
import { formatVerifierKey } from "@aura/trust";
import { NUMBER_IN_QUERY, readLimit } from "./cursor.ts";
import type { Desk } from "./desk.ts";
import { stopping } from "./http-error.ts";
import { answer, closed, listOf, ref, TEXT, WHOLE } from "./json-schema.ts";
import { LOG_ITEMS_MAX, PAGE_ITEMS } from "./limits.ts";

/** The log: page by page, its newest checkpoint, live, whole. */
export function logRoutes(app: FastifyInstance, desk: Desk): void {
  const { store, context, checkpoints, identity, keys } = desk.runtime;

  app.get<{ Querystring: { readonly after?: string; readonly limit?: string } }>(
    "/v1/log",
    {
      schema: {
        tags: ["log"],
        summary: "Entries in the order of the log",
        querystring: closed({}, { after: NUMBER_IN_QUERY, limit: NUMBER_IN_QUERY }),
        response: { 200: answer("Entries above `after`.", closed({ items: listOf(ref("LoggedEntry")), size: WHOLE })) },
      },
    },
    async ({ query: { after, limit } }) => {
      const count = readLimit(limit, { items: PAGE_ITEMS, max: LOG_ITEMS_MAX });
      const items = [];
      for await (const { seq, leaf, entry } of store.readLog(context, after === undefined ? 0 : Number(after) + 1)) {
        items.push({ seq, leaf, entry });
        if (items.length === count) break;
      }
      return { items, size: await store.size(context) };
    },
  );

  app.get(
    "/v1/log/checkpoint",
    {
      schema: {
        tags: ["log"],
        summary: "A signed checkpoint of all that is durable now",
        response: { 200: answer("A C2SP signed note.", closed({ note: TEXT, verifierKey: TEXT })) },
      },
    },
    async () => ({
      note: (await checkpoints.signNow()).note,
      verifierKey: formatVerifierKey(identity.origin, keys.log.publicKey),
    }),
  );

  app.get<{ Querystring: { readonly after?: string } }>(
    "/v1/events",
    {
      schema: {
        tags: ["log"],
        summary: "The log, live",
        description:
          "Server-sent events: `entry` with id and data { seq, leaf, entry }, `checkpoint` with { size, root, note }. Goes on after Last-Event-ID, or after `after`; without either it begins at the end.",
        querystring: closed({}, { after: NUMBER_IN_QUERY }),
        response: {
          200: { description: "A stream that does not end.", content: { "text/event-stream": { schema: TEXT } } },
        },
      },
    },
    async (request, reply) => {
      if (desk.isStopping()) throw stopping();
      const given = lastEventId(request.headers["last-event-id"]) ?? request.query.after;
      const after = given === undefined ? (await store.size(context)) - 1 : Number(given);
      desk.events.requireRoom();
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      });
      await desk.events.follow(reply.raw, after);
    },
  );
}

/** What a browser sends when it connects again; anything that we never gave is as good as nothing. */
function lastEventId(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && /^(0|[1-9][0-9]{0,14})$/.test(header) ? header : undefined;
}
