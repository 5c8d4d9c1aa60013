import type { FastifyInstance } from "fastify";
import { resolveCall } from "@aura/mission";
import type { UndoResolution } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import { requireUnknownCall } from "../resolve-by-hand.ts";
import type { Desk } from "./desk.ts";
import { answer, ANY, closed, oneOf, ref, TEXT } from "./json-schema.ts";
import { launch } from "./launch.ts";
import { AGENT_NAME, CALL_KEY, IDEMPOTENCY_KEY, MISSION_ID, REASON } from "./schemas.ts";

interface LaunchBody {
  readonly agent: string;
  readonly definition: JsonValue;
}

interface ResolveBody {
  readonly as: UndoResolution["kind"];
  readonly result?: JsonValue;
  readonly message?: string;
}

/** What begins a mission, and what a person says about a call whose outcome nobody knows. */
export function launchRoutes(app: FastifyInstance, desk: Desk): void {
  app.post<{ Body: LaunchBody }>(
    "/v1/missions",
    {
      schema: {
        tags: ["missions"],
        summary: "Launch a mission",
        description:
          "The same Idempotency-Key and body get the same answer, also after a restart: the mission as it was created.",
        headers: {
          type: "object",
          required: ["idempotency-key"],
          properties: { "idempotency-key": IDEMPOTENCY_KEY },
        },
        body: closed({ agent: AGENT_NAME, definition: ref("Definition") }),
        response: { 201: answer("The mission, as it was created.", ref("MissionSummary")) },
      },
    },
    async (request, reply) => {
      const summary = await launch(desk, {
        ...request.body,
        person: request.caller?.person ?? "",
        idempotencyKey: String(request.headers["idempotency-key"]),
      });
      return reply.code(201).header("location", `/v1/missions/${summary.id}`).send(summary);
    },
  );

  app.post<{ Params: { readonly id: string; readonly key: string }; Body: ResolveBody }>(
    "/v1/missions/:id/calls/:key/resolve",
    {
      schema: {
        tags: ["missions"],
        summary: "Say what happened to a call whose outcome is unknown, or have an undo tried again",
        params: closed({ id: MISSION_ID, key: CALL_KEY }),
        body: closed({ as: oneOf("succeeded", "failed", "unresolved", "retry") }, { result: ANY, message: REASON }),
        response: { 200: answer("It is settled.", closed({ mission: TEXT, call: TEXT, as: TEXT })) },
      },
    },
    async ({ params: { id, key }, body, caller }) => {
      await requireUnknownCall(desk.world, id, key);
      await resolveCall(desk.world, { mission: id, key, person: caller?.person ?? "", as: resolutionOf(body) });
      desk.runtime.supervisor.nudge(id);
      return { mission: id, call: key, as: body.as };
    },
  );
}

function resolutionOf({ as, result = null, message }: ResolveBody): UndoResolution {
  switch (as) {
    case "succeeded":
      return { kind: as, result };
    case "failed":
      return { kind: as, code: "person/failed", message: message ?? "A person says that it did not happen." };
    case "unresolved":
    case "retry":
      return { kind: as };
  }
}
