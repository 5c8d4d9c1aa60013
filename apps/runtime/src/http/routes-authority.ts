import type { FastifyInstance } from "fastify";
import { releaseDigest } from "@aura/governance";
import { raiseEpoch, stopAgent, stopMission, stopNamespace } from "@aura/mission";
import { registeredVersion } from "../namespace.ts";
import { agentUnknown } from "../runtime-error.ts";
import type { Desk } from "./desk.ts";
import { answer, closed, listOf, TEXT } from "./json-schema.ts";
import { requireMission } from "./mission-view.ts";
import { AGENT_NAME, COMPENSATION, MISSION_ID, REASON } from "./schemas.ts";

interface Stop {
  readonly compensation: "run" | "hold";
  readonly reason: string;
}

const STOPPED = answer("Nothing of it is sent any more.", closed({ stopped: TEXT, compensation: COMPENSATION }));

/** The rules in force, and the ways to take authority back. */
export function authorityRoutes(app: FastifyInstance, desk: Desk): void {
  const { world, runtime } = desk;
  const requireAgent = async (agent: string): Promise<void> => {
    if ((await registeredVersion(runtime, agent)) === undefined) throw agentUnknown(agent);
  };

  app.get(
    "/v1/rules",
    {
      schema: {
        tags: ["authority"],
        summary: "The release in force",
        response: {
          200: answer(
            "Rules, budgets and positions as they were released.",
            closed({
              release: TEXT,
              rules: listOf({ type: "object" }),
              budgets: listOf({ type: "object" }),
              positions: listOf({ type: "object" }),
            }),
          ),
        },
      },
    },
    () => {
      const { release } = runtime;
      const { rules, budgets = [], positions = [] } = release;
      return { release: releaseDigest(release), rules, budgets, positions };
    },
  );

  app.post<{ Params: { readonly id: string }; Body: Stop }>(
    "/v1/missions/:id/stop",
    {
      schema: {
        tags: ["authority"],
        summary: "Stop a mission",
        params: closed({ id: MISSION_ID }),
        body: closed({ compensation: COMPENSATION, reason: REASON }),
        response: { 200: STOPPED },
      },
    },
    async ({ params: { id }, body, caller }) => {
      await requireMission(world, id);
      await stopMission(world, { mission: id, ...body, actor: { id: caller?.person ?? "", custody: "person" } });
      runtime.supervisor.nudge(id);
      return { stopped: `mission/${id}`, compensation: body.compensation };
    },
  );

  app.post<{ Body: Stop & { readonly scope: "agent" | "namespace"; readonly agent?: string } }>(
    "/v1/stop",
    {
      schema: {
        tags: ["authority"],
        summary: "Stop an agent, or everything of the namespace",
        body: {
          type: "object",
          oneOf: [
            closed({ scope: { const: "agent" }, agent: AGENT_NAME, compensation: COMPENSATION, reason: REASON }),
            closed({ scope: { const: "namespace" }, compensation: COMPENSATION, reason: REASON }),
          ],
        },
        response: { 200: STOPPED },
      },
    },
    async ({ body: { agent, compensation, reason }, caller }) => {
      const order = { compensation, reason, actor: { id: caller?.person ?? "", custody: "person" } } as const;
      if (agent === undefined) await stopNamespace(world, order);
      else {
        await requireAgent(agent);
        await stopAgent(world, { agent, ...order });
      }
      runtime.supervisor.nudge(undefined);
      return { stopped: agent === undefined ? "namespace" : `agent/${agent}`, compensation };
    },
  );

  app.post<{ Params: { readonly name: string }; Body: { readonly reason: string } }>(
    "/v1/agents/:name/revoke",
    {
      schema: {
        tags: ["authority"],
        summary: "Take back everything that was issued to an agent",
        params: closed({ name: AGENT_NAME }),
        body: closed({ reason: REASON }),
        response: { 200: answer("Its credentials and tokens are void.", closed({ revoked: TEXT })) },
      },
    },
    async ({ params: { name }, body: { reason }, caller }) => {
      await requireAgent(name);
      const actor = { id: caller?.person ?? "", custody: "person" } as const;
      await raiseEpoch(world, { kind: "agent", agent: name }, { reason, actor });
      runtime.supervisor.nudge(undefined);
      return { revoked: name };
    },
  );
}
