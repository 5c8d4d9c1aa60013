import type { FastifyReply } from "fastify";
import type { AuraError } from "@aura/trust";
import { bodyTooLarge, contentTypeUnsupported, HttpError, requestMalformed, routeUnknown } from "./http-error.ts";
import { expected, internalProblem, PROBLEM_TYPE, problemOf } from "./problem.ts";

/** Takes what nobody expected, under the id that the client is told. */
export type Trouble = (error: unknown, id: string) => void;

/** Answers a failure as a problem: ours as it is, the framework's in our words, and what nobody expected under an id. */
export function sendFailure(
  error: unknown,
  reply: FastifyReply,
  { trouble, newId }: { readonly trouble: Trouble; readonly newId: () => string },
): void {
  const found = expected(error) ?? inOurWords(error, reply.request.headers["content-type"]);
  if (found instanceof HttpError) reply.headers(found.headers);
  const id = found === undefined ? newId() : "";
  if (found === undefined) trouble(error, id);
  const problem = found === undefined ? internalProblem(id) : problemOf(found);
  void reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** What Fastify, its parsers and its file server refuse. */
function inOurWords(error: unknown, contentType: string | undefined): AuraError | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return bodyTooLarge();
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return contentTypeUnsupported(contentType);
    case "FST_ERR_MAX_PARAM_LENGTH":
      return routeUnknown("a path as long as that");
    default:
      return typeof statusCode === "number" && statusCode >= 400 && statusCode < 500
        ? requestMalformed(undefined)
        : undefined;
  }
}
