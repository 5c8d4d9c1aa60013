import type { FastifyInstance } from "fastify";
import { castVote, listApprovals, loadApproval, loadApprovers, parseApprovalId, revokeApprover } from "@aura/mission";
import type { Approver } from "@aura/mission";
import { approvalUnknown } from "../runtime-error.ts";
import { approvalView, personNames } from "./approval-view.ts";
import type { Desk } from "./desk.ts";
import { answer, closed, listOf, oneOf, ref, TEXT, WHOLE } from "./json-schema.ts";
import { APPROVAL_ID, JWS, PERSON_ID, REASON } from "./schemas.ts";

const CODE = { type: "string", maxLength: 16, pattern: "^[a-z0-9-]+$" } as const;
const KID = { type: "string", pattern: "^[A-Za-z0-9_-]{43}$" } as const;

/** What waits for people, their votes, and whose keys count. */
export function approvalRoutes(app: FastifyInstance, desk: Desk): void {
  const { world, runtime, enrolments } = desk;

  app.get(
    "/v1/approvals",
    {
      schema: {
        tags: ["approvals"],
        summary: "What waits for people, oldest first",
        response: { 200: answer("Approvals.", closed({ items: listOf(ref("Approval")) })) },
      },
    },
    async () => {
      const items = [];
      for await (const asked of listApprovals(world)) items.push(await approvalView(desk, asked));
      return { items };
    },
  );

  app.get<{ Params: { readonly id: string } }>(
    "/v1/approvals/:id",
    {
      schema: {
        tags: ["approvals"],
        summary: "One approval: what is shown, and what is signed",
        params: closed({ id: APPROVAL_ID }),
        response: { 200: answer("The approval.", ref("Approval")) },
      },
    },
    async ({ params: { id } }) => {
      const asked = await loadApproval(world, parseApprovalId(id));
      if (asked === undefined) throw approvalUnknown(id);
      return approvalView(desk, asked);
    },
  );

  app.post<{ Params: { readonly id: string }; Body: { readonly person: string; readonly jws: string } }>(
    "/v1/approvals/:id/votes",
    {
      schema: {
        tags: ["approvals"],
        summary: "Hand in a signed vote",
        description: "The signature counts, not who hands it in. Nothing is recorded for a vote that is refused.",
        params: closed({ id: APPROVAL_ID }),
        body: closed({ person: PERSON_ID, jws: JWS }),
        response: {
          201: answer("The vote stands.", closed({ outcome: oneOf("counted", "approved", "rejected") })),
        },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const { mission, call } = parseApprovalId(id);
      const { outcome } = await castVote(world, { mission, call, ...body });
      runtime.supervisor.nudge(mission);
      return reply.code(201).send({ outcome });
    },
  );

  app.get(
    "/v1/approvers",
    {
      schema: {
        tags: ["approvals"],
        summary: "Whose keys count, and which wait for a second person",
        response: {
          200: answer(
            "Approvers.",
            closed({
              items: listOf(ref("Approver")),
              pending: listOf(
                closed({ code: TEXT, person: TEXT, kid: TEXT, expiresMs: WHOLE, enrolment: { type: "object" } }),
              ),
            }),
          ),
        },
      },
    },
    async () => {
      const names = await personNames(desk, world.governor.current());
      const items = (await loadApprovers(world)).map((approver) => approverView(approver, names));
      const pending = enrolments.pending().map(({ code, enrolment }) => {
        const { person, key, expiresMs } = enrolment;
        return { code, person, kid: key.kid, expiresMs, enrolment };
      });
      return { items, pending };
    },
  );

  app.post<{ Body: { readonly possession: string } }>(
    "/v1/approvers",
    {
      schema: {
        tags: ["approvals"],
        summary: "Ask for a key to count",
        description: "Signed by the new key. Another person, whose key counts already, confirms it by its code.",
        body: closed({ possession: JWS }),
        response: { 202: answer("It waits for a second person.", closed({ code: TEXT, expiresMs: WHOLE })) },
      },
    },
    async ({ body }, reply) => {
      const { code, enrolment } = enrolments.ask(body.possession);
      return reply.code(202).send({ code, expiresMs: enrolment.expiresMs });
    },
  );

  app.post<{ Params: { readonly code: string }; Body: { readonly confirmation: string } }>(
    "/v1/approvers/:code/confirm",
    {
      schema: {
        tags: ["approvals"],
        summary: "Vouch for a key",
        params: closed({ code: CODE }),
        body: closed({ confirmation: JWS }),
        response: { 201: answer("The key counts.", ref("Approver")) },
      },
    },
    async ({ params: { code }, body }, reply) => {
      const approver = await enrolments.confirm(code, body.confirmation);
      return reply.code(201).send(approverView(approver, await personNames(desk, world.governor.current())));
    },
  );

  app.post<{ Params: { readonly kid: string }; Body: { readonly person: string; readonly reason: string } }>(
    "/v1/approvers/:kid/revoke",
    {
      schema: {
        tags: ["approvals"],
        summary: "Take a key back",
        params: closed({ kid: KID }),
        body: closed({ person: PERSON_ID, reason: REASON }),
        response: { 200: answer("It counts no more.", closed({ person: TEXT, kid: TEXT })) },
      },
    },
    async ({ params: { kid }, body: { person, reason }, caller }) => {
      const actor = { id: caller?.person ?? "", custody: "person" } as const;
      await revokeApprover(world, { person, kid, reason, actor });
      return { person, kid };
    },
  );
}

function approverView({ person, key, enrolledAtMs, revokedAtMs }: Approver, names: ReadonlyMap<string, string>) {
  return { person, name: names.get(person) ?? null, kid: key.kid, enrolledAtMs, revoked: revokedAtMs !== null };
}
