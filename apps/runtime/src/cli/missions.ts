import type { MissionSummaryView } from "../http/mission-view.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

interface Page {
  readonly items: readonly MissionSummaryView[];
  readonly next: string | null;
}

export const missionsCommand: Command = {
  name: "missions",
  summary: "Lists missions, newest first.",
  usage: "aura missions [--data DIR] [--state STATE] [--limit N]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        state: { type: "string" },
        limit: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const query = new URLSearchParams({ limit: given.text("limit") ?? "50" });
    const state = given.text("state");
    if (state !== undefined) query.set("state", state);
    return withApi(given, host, async ({ api, terminal }) => {
      const { items, next } = await api.ask<Page>({ method: "GET", path: `/v1/missions?${query.toString()}` });
      for (const mission of items) {
        terminal.line(lineOf(mission));
        terminal.json(mission);
      }
      if (items.length === 0) terminal.line("No missions.");
      if (next !== null) terminal.line("There are older ones: name more with --limit, 200 at most.");
      return EXIT.DONE;
    });
  },
};

function lineOf({ id, state, outcome, agent, waitsFor, objective, lost }: MissionSummaryView): string {
  const end = outcome === null ? (waitsFor === null ? "" : `waits for ${waitsFor}`) : outcome.kind;
  return `${id}  ${state.padEnd(17)}  ${end.padEnd(18)}  ${agent}  ${objective ?? `(${lost["definition"] ?? "no"} objective)`}`;
}
