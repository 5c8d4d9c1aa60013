import type { FastifyInstance } from "fastify";
import type { DemoDesk } from "./demo-desk.ts";
import type { Desk } from "./desk.ts";
import { noDemo, requestInvalid } from "./http-error.ts";
import { answer, closed, listOf, ref } from "./json-schema.ts";

/** What only a demo lets a page do. In a runtime that works every one of them answers `http/no_demo`. */
export function demoRoutes(app: FastifyInstance, desk: Desk): void {
  const demo = (): DemoDesk => {
    if (desk.demo === undefined) throw noDemo();
    return desk.demo;
  };

  app.get(
    "/v1/demo",
    {
      schema: {
        tags: ["demo"],
        summary: "The demo's scenes and ledgers",
        response: {
          200: answer(
            "The demo.",
            closed({
              scenes: listOf(ref("Scene")),
              ledger: listOf(ref("LedgerRow")),
              without: listOf(ref("LedgerRow")),
            }),
          ),
        },
      },
    },
    () => demo().view(),
  );

  app.post<{ Params: { readonly n: string } }>(
    "/v1/demo/scenes/:n",
    {
      schema: {
        tags: ["demo"],
        summary: "Begin a scene",
        params: closed({ n: { type: "string", pattern: "^[1-9][0-9]?$" } }),
        response: { 202: answer("It began.", ref("Scene")) },
      },
    },
    async ({ params: { n } }, reply) => {
      const scene = await demo().play(Number(n));
      if (scene === undefined) throw requestInvalid([{ in: "params", at: "/n", problem: "is no scene of the demo" }]);
      return reply.code(202).send(scene);
    },
  );

  app.post(
    "/v1/demo/kill",
    {
      schema: {
        tags: ["demo"],
        summary: "Kill the runtime's process (SIGKILL)",
        response: { 202: { description: "It is dying; whoever watches it starts it again." } },
      },
    },
    async (_request, reply) => {
      const desk = demo();
      reply.raw.on("finish", () => desk.kill());
      return reply.code(202).send();
    },
  );
}
