import type { FastifyInstance } from "fastify";
import { callUnknown } from "../runtime-error.ts";
import { missionApproval } from "./approval-view.ts";
import { CURSOR_IN_QUERY, cursorAfter, NUMBER_IN_QUERY, readCursor, readLimit } from "./cursor.ts";
import type { Desk } from "./desk.ts";
import { answer, closed, listOf, orNull, ref, TEXT } from "./json-schema.ts";
import { PAGE_ITEMS, PAGE_ITEMS_MAX } from "./limits.ts";
import { missionSummary, missionView, oneCallView } from "./mission-view.ts";
import { CALL_KEY, MISSION_ID, MISSION_STATE } from "./schemas.ts";

interface ListQuery {
  readonly state?: string;
  readonly cursor?: string;
  readonly limit?: string;
}

/** Missions and their calls, to be read. */
export function missionRoutes(app: FastifyInstance, desk: Desk): void {
  app.get<{ Querystring: ListQuery }>(
    "/v1/missions",
    {
      schema: {
        tags: ["missions"],
        summary: "Missions, newest first",
        querystring: closed({}, { state: MISSION_STATE, cursor: CURSOR_IN_QUERY, limit: NUMBER_IN_QUERY }),
        response: {
          200: answer("A page.", closed({ items: listOf(ref("MissionSummary")), next: orNull(TEXT) })),
        },
      },
    },
    async ({ query: { state, cursor, limit } }) => {
      const count = readLimit(limit, { items: PAGE_ITEMS, max: PAGE_ITEMS_MAX });
      const before = readCursor(cursor);
      const known = await desk.book.missions();
      const found = known.filter((one) => (!state || one.state === state) && (!before || one.id < before)).toReversed();
      const page = found.slice(0, count);
      const items = await Promise.all(page.map((mission) => missionSummary(desk.world, mission)));
      const last = page.at(-1);
      return { items, next: last !== undefined && found.length > count ? cursorAfter(last.id) : null };
    },
  );

  app.get<{ Params: { readonly id: string } }>(
    "/v1/missions/:id",
    {
      schema: {
        tags: ["missions"],
        summary: "One mission, whole",
        params: closed({ id: MISSION_ID }),
        response: { 200: answer("The mission.", ref("Mission")) },
      },
    },
    async ({ params: { id } }) => {
      const view = await missionView(desk, id, desk.runtime.supervisor.rests().get(id));
      return { ...view, approval: await missionApproval(desk, view) };
    },
  );

  app.get<{ Params: { readonly id: string; readonly key: string } }>(
    "/v1/missions/:id/calls/:key",
    {
      schema: {
        tags: ["missions"],
        summary: "One call of a mission with its entries",
        params: closed({ id: MISSION_ID, key: CALL_KEY }),
        response: { 200: answer("The call.", ref("Call")) },
      },
    },
    async ({ params: { id, key } }) => {
      const view = await oneCallView(desk, id, key);
      if (view === undefined) throw callUnknown(id, key);
      return view;
    },
  );
}
