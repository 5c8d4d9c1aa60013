import { usage } from "../runtime-error.ts";
import { readArguments } from "./command.ts";
import type { Arguments, Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const stopCommand: Command = {
  name: "stop",
  summary: "Stops a mission, an agent or everything: nothing of it is sent any more. What it did is undone, or held.",
  usage: "aura stop MISSION|agent:NAME|namespace [--data DIR] --reason TEXT [--compensation run|hold]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        reason: { type: "string" },
        compensation: { type: "string" },
        json: { type: "boolean" },
      },
      words: 1,
    });
    const [target = ""] = given.words;
    const order = { reason: given.required("reason"), compensation: compensationOf(given) };
    return withApi(given, host, async ({ api, terminal }) => {
      const { stopped } = await api.ask<{ readonly stopped: string }>({ method: "POST", ...requestFor(target, order) });
      const then = order.compensation === "run" ? "What it did is being undone." : "What it did is held for a person.";
      terminal.line(`Stopped ${stopped}: nothing of it is sent any more. ${then}`);
      terminal.json({ stopped, ...order });
      return EXIT.DONE;
    });
  },
};

function requestFor(target: string, order: object): { readonly path: string; readonly body: object } {
  if (target === "namespace") return { path: "/v1/stop", body: { scope: "namespace", ...order } };
  const [, agent] = /^agent:(.*)$/.exec(target) ?? [];
  if (agent !== undefined) return { path: "/v1/stop", body: { scope: "agent", agent, ...order } };
  return { path: `/v1/missions/${encodeURIComponent(target)}/stop`, body: order };
}

/** What somebody who says nothing expects of a stop: that what was done is undone. */
function compensationOf(given: Arguments): "run" | "hold" {
  const compensation = given.text("compensation") ?? "run";
  if (compensation === "run" || compensation === "hold") return compensation;
  throw usage(
    "--compensation says what becomes of what was done.",
    "Write run (undo it) or hold (leave it to a person).",
  );
}
