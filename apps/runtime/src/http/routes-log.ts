import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { canonicalJson, formatVerifierKey } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { batched } from "../export-log.ts";
import { NUMBER_IN_QUERY, readLimit } from "./cursor.ts";
import type { Desk } from "./desk.ts";
import { exportLog, receiptOf, verifyOwnLog } from "./evidence.ts";
import { stopping } from "./http-error.ts";
import { answer, closed, listOf, ref, TEXT, WHOLE } from "./json-schema.ts";
import { LOG_ITEMS_MAX, PAGE_ITEMS } from "./limits.ts";
import { MISSION_ID } from "./schemas.ts";

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

  app.get(
    "/v1/log/export",
    {
      schema: {
        tags: ["log"],
        summary: "The whole signed log as a file (aura-log-1)",
        response: {
          200: {
            description: "JSON lines for `aura-trust verify`.",
            content: { "application/jsonl": { schema: TEXT } },
          },
        },
      },
    },
    async (_request, reply) => {
      const lines = await exportLog(desk.runtime);
      const name = `aura-${identity.namespace}.jsonl`;
      void reply.type("application/jsonl").header("content-disposition", `attachment; filename="${name}"`);
      return reply.send(Readable.from(batched(lines), { objectMode: false }));
    },
  );

  let verifying: Promise<unknown> | undefined;
  app.post(
    "/v1/log/verify",
    {
      schema: {
        tags: ["log"],
        summary: "Have the runtime verify its own log",
        description: "What an outsider would find, so far as the runtime can be believed; verify the export yourself.",
        response: { 200: answer("What the verification says: `ok`, or a reason.", { type: "object" }) },
      },
    },
    async () => {
      verifying ??= verifyOwnLog(desk.runtime).finally(() => {
        verifying = undefined;
      });
      return verifying; // who asks meanwhile shares the one that is under way
    },
  );

  app.get<{ Params: { readonly id: string } }>(
    "/v1/missions/:id/receipt",
    {
      schema: {
        tags: ["missions", "log"],
        summary: "The proof of a CLOSED mission in one file (aura-receipt-1)",
        params: closed({ id: MISSION_ID }),
        response: { 200: answer("The receipt, canonical JSON.", { type: "object" }) },
      },
    },
    async ({ params: { id } }, reply) => {
      const receipt = await receiptOf(desk, id);
      return reply.type("application/json; charset=utf-8").send(canonicalJson(receipt as unknown as JsonValue));
    },
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
      const mayRead = (): Promise<boolean> =>
        desk.access.authenticate(request).then(
          () => true,
          () => false,
        );
      await desk.events.follow(reply.raw, after, mayRead);
    },
  );
}

/** What a browser sends when it connects again; anything that we never gave is as good as nothing. */
function lastEventId(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && /^(0|[1-9][0-9]{0,14})$/.test(header) ? header : undefined;
}
