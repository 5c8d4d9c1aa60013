import { usage } from "../runtime-error.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const revokeCommand: Command = {
  name: "revoke",
  summary: "Takes back everything that was issued to an agent. Its next call, and every later one, is refused.",
  usage: "aura revoke agent NAME [--data DIR] --reason TEXT",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, reason: { type: "string" }, json: { type: "boolean" } },
      words: 2,
    });
    const [kind, agent = ""] = given.words;
    if (kind !== "agent") throw usage(`\`aura revoke ${kind ?? ""}\` is not known.`, `Write: ${this.usage}`);
    const reason = given.required("reason");
    return withApi(given, host, async ({ api, terminal }) => {
      await api.ask({ method: "POST", path: `/v1/agents/${encodeURIComponent(agent)}/revoke`, body: { reason } });
      terminal.line(`Revoked agent ${agent}: every credential and token issued to it is void from now on.`);
      terminal.json({ revoked: agent, reason });
      return EXIT.DONE;
    });
  },
};
