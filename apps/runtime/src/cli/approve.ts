import { join } from "node:path";
import { signVote } from "@aura/mission";
import { hashText } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import type { ApprovalView } from "../http/approval-view.ts";
import { approverUnknown, shownForeign } from "../runtime-error.ts";
import type { ApiClient } from "./api-client.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { defaultRootFolder } from "./init.ts";
import { withApi } from "./with-api.ts";

/** A person's key, and who that is here. */
interface Approvers {
  readonly items: readonly { readonly person: string; readonly kid: string; readonly revoked: boolean }[];
}

export const approveCommand: Command = {
  name: "approve",
  summary: "Shows one exact action, asks, and signs your answer with your key.",
  usage: "aura approve ID --data DIR [--key FILE] [--reject] [--yes]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        key: { type: "string" },
        reject: { type: "boolean" },
        yes: { type: "boolean" },
        json: { type: "boolean" },
      },
      words: 1,
    });
    const [id = ""] = given.words;
    return withApi(given, host, async ({ api, folder, terminal }) => {
      const key = await loadKeyFile(given.text("key") ?? join(defaultRootFolder(folder.path), "approver.key"));
      const person = await personOf(api, key.publicKey.kid);
      const approval = await api.ask<ApprovalView>({ method: "GET", path: `/v1/approvals/${encodeURIComponent(id)}` });
      if (hashText(approval.shown) !== approval.vote.shown) throw shownForeign(id);
      const choice = given.flag("reject") ? "REJECT" : "APPROVE";
      for (const line of approval.shown.split("\n")) terminal.line(line);
      terminal.line();
      terminal.json({ approval: id, shown: approval.shown, choice });
      if (!given.flag("yes") && !(await host.confirm(`${choice === "APPROVE" ? "Approve" : "Reject"} exactly this?`))) {
        terminal.line("Not answered. It goes on waiting.");
        terminal.json({ approval: id, outcome: null });
        return EXIT.WAITING;
      }
      const jws = await signVote(key, { ...approval.vote, choice });
      const { outcome } = await api.ask<{ readonly outcome: keyof typeof OUTCOMES }>({
        method: "POST",
        path: `/v1/approvals/${encodeURIComponent(id)}/votes`,
        body: { person, jws },
      });
      terminal.line(OUTCOMES[outcome]);
      terminal.json({ approval: id, person, choice, outcome });
      return EXIT.DONE;
    });
  },
};

const OUTCOMES = {
  counted: "Your vote counts; it waits for more people.",
  approved: "Approved: it goes on.",
  rejected: "Rejected: it will not be done.",
};

/** @throws `runtime/approver_unknown` for a key that counts for nobody */
export async function personOf(api: ApiClient, kid: string): Promise<string> {
  const { items } = await api.ask<Approvers>({ method: "GET", path: "/v1/approvers" });
  const found = items.find((approver) => approver.kid === kid && !approver.revoked);
  if (found === undefined) throw approverUnknown(kid);
  return found.person;
}
