import type { ApprovalView } from "../http/approval-view.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const approvalsCommand: Command = {
  name: "approvals",
  summary: "Lists what waits for people, oldest first.",
  usage: "aura approvals [--data DIR]",
  async run(args, host) {
    const given = readArguments(this, args, { options: { data: { type: "string" }, json: { type: "boolean" } } });
    return withApi(given, host, async ({ api, terminal }) => {
      const { items } = await api.ask<{ readonly items: readonly ApprovalView[] }>({
        method: "GET",
        path: "/v1/approvals",
      });
      for (const approval of items) {
        const { id, level, agent, tool, untilMs } = approval;
        terminal.line(`${id}  ${level}  until ${new Date(untilMs).toISOString()}  ${agent}  ${tool ?? "the mission"}`);
        terminal.json(approval);
      }
      terminal.line(items.length === 0 ? "Nothing waits." : "Answer one with: aura approve ID");
      return EXIT.DONE;
    });
  },
};
