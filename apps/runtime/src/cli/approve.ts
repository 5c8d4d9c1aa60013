import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { signVote } from "@aura/mission";
import { hashText } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { founderKeyPath, peopleFolder } from "../demo/people.ts";
import type { ApprovalView } from "../http/approval-view.ts";
import { approverUnknown, shownForeign } from "../runtime-error.ts";
import type { ApiClient } from "./api-client.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { defaultRootFolder, shown } from "./init.ts";
import { withApi } from "./with-api.ts";

/** A person's key, and who that is here. */
interface Approvers {
  readonly items: readonly { readonly person: string; readonly kid: string; readonly revoked: boolean }[];
}

/**
 * The key file to answer with when none is named: the first one beside the root key (the founder's, then people's by name)
 * that counts for somebody who has a seat and has not voted; the founder's if there is none, so that the refusal names it.
 */
async function keyWithSeat(
  rootFolder: string,
  { pool, votes }: ApprovalView,
  approvers: Approvers["items"],
): Promise<string> {
  const founder = founderKeyPath(rootFolder);
  const people = peopleFolder(rootFolder);
  const names = existsSync(people) ? (await readdir(people)).filter((name) => name.endsWith(".key")).toSorted() : [];
  const seats = "unreachable" in pool ? [] : pool.seats.map(({ person }) => person);
  const waiting = seats.filter((person) => !votes.some((vote) => vote.person === person));
  for (const path of [founder, ...names.map((name) => join(people, name))]) {
    if (!existsSync(path)) continue;
    const { kid } = (await loadKeyFile(path)).publicKey;
    if (approvers.some((one) => one.kid === kid && !one.revoked && waiting.includes(one.person))) return path;
  }
  return founder;
}

export const approveCommand: Command = {
  name: "approve",
  summary: "Shows one exact action, asks, and signs your answer with your key.",
  usage: "aura approve ID [--data DIR] [--key FILE] [--reject] [--yes]",
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
      const { items } = await api.ask<Approvers>({ method: "GET", path: "/v1/approvers" });
      const named = given.text("key");
      if (named !== undefined) personAmong(items, (await loadKeyFile(named)).publicKey.kid);
      const approval = await api.ask<ApprovalView>({ method: "GET", path: `/v1/approvals/${encodeURIComponent(id)}` });
      const path = named ?? (await keyWithSeat(defaultRootFolder(folder.path), approval, items));
      const key = await loadKeyFile(path);
      const person = personAmong(items, key.publicKey.kid);
      if (hashText(approval.shown) !== approval.vote.shown) throw shownForeign(id);
      const choice = given.flag("reject") ? "REJECT" : "APPROVE";
      for (const line of approval.shown.split("\n")) terminal.line(line);
      terminal.line();
      terminal.line(`You answer as ${person}, with the key ${shown(path)}.`);
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
  return personAmong(items, kid);
}

/** @throws `runtime/approver_unknown` */
function personAmong(items: Approvers["items"], kid: string): string {
  const found = items.find((approver) => approver.kid === kid && !approver.revoked);
  if (found === undefined) throw approverUnknown(kid);
  return found.person;
}
