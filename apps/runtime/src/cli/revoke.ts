import { raiseEpoch } from "@aura/mission";
import { dataFolder } from "../data-folder.ts";
import { registeredVersion } from "../namespace.ts";
import { agentUnknown, usage } from "../runtime-error.ts";
import { openNamespace, quietWorld } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";

export const revokeCommand: Command = {
  name: "revoke",
  summary: "Takes back everything that was issued to an agent. Its next call, and every later one, is refused.",
  usage: "aura revoke agent NAME --data DIR --reason TEXT",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, reason: { type: "string" }, json: { type: "boolean" } },
      words: 2,
    });
    const [kind, agent = ""] = given.words;
    if (kind !== "agent") throw usage(`\`aura revoke ${kind ?? ""}\` is not known.`, `Write: ${this.usage}`);
    const reason = given.required("reason");
    const namespace = await openNamespace(dataFolder(given.required("data")), host.decorators);
    try {
      if ((await registeredVersion(namespace, agent)) === undefined) throw agentUnknown(agent);
      const actor = { id: "operator", custody: "person" } as const;
      await raiseEpoch(await quietWorld(namespace), { kind: "agent", agent }, { reason, actor });
      await namespace.checkpoints.signNow();
      const terminal = host.terminal(given.flag("json") ? "json" : "people");
      terminal.line(`Revoked agent ${agent}: every credential and token issued to it is void from now on.`);
      terminal.json({ revoked: agent, reason });
      return EXIT.DONE;
    } finally {
      await namespace.close();
    }
  },
};
