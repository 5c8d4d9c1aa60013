import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { ref } from "./json-schema.ts";

/** How /openapi.json begins; paths and schemas come from the routes. */
export const OPENAPI: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "AURA runtime",
      version: "1",
      description:
        "Missions, approvals and the log of one namespace. Every failure is a problem document (RFC 9457) whose `code` is API.",
    },
    tags: [
      { name: "state", description: "How the runtime is" },
      { name: "session", description: "How the page gets in" },
      { name: "missions", description: "Delegated work" },
      { name: "approvals", description: "What waits for people, and how they answer" },
      { name: "authority", description: "Rules, and how authority is taken back" },
      { name: "log", description: "The evidence" },
      { name: "demo", description: "Only in a demo" },
    ],
    components: {
      securitySchemes: {
        operatorKey: { type: "http", scheme: "bearer", description: "The key in the data folder's operator.key." },
        session: { type: "apiKey", in: "cookie", name: "aura-session", description: "The page's session." },
      },
    },
    security: [{ operatorKey: [] }, { session: [] }],
  },
  refResolver: {
    buildLocalReference: (json, _baseUri, _fragment, index) =>
      typeof json["$id"] === "string" ? json["$id"] : `schema-${index}`,
  },
  transform: ({ schema, url }) => ({ schema: { ...schema, response: { ...responsesOf(schema), ...PROBLEMS } }, url }),
};

/** Every route may answer a problem. */
const PROBLEMS = {
  default: { description: "A problem.", content: { "application/problem+json": { schema: ref("Problem") } } },
};

function responsesOf(schema: unknown): object {
  if (typeof schema !== "object" || schema === null || !("response" in schema)) return {};
  return typeof schema.response === "object" && schema.response !== null ? schema.response : {};
}
