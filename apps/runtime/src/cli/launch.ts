import { randomUUID } from "node:crypto";
import { readText } from "../durable-file.ts";
import type { MissionSummaryView } from "../http/mission-view.ts";
import { usage } from "../runtime-error.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const launchCommand: Command = {
  name: "launch",
  summary: "Launches a mission from a definition in a JSON file (objective, tools, authority, timeout).",
  usage: "aura launch AGENT FILE [--data DIR] [--idempotency-key TEXT]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, "idempotency-key": { type: "string" }, json: { type: "boolean" } },
      words: 2,
    });
    const [agent = "", file = ""] = given.words;
    const definition = jsonIn(file, await readDefinition(file));
    const idempotencyKey = given.text("idempotency-key") ?? randomUUID();
    return withApi(given, host, async ({ api, terminal }) => {
      const mission = await api.ask<MissionSummaryView>({
        method: "POST",
        path: "/v1/missions",
        body: { agent, definition },
        headers: { "idempotency-key": idempotencyKey },
      });
      const when = api.through === "runtime" ? "It runs." : "It runs as soon as `aura start` does.";
      terminal.line(`Launched mission ${mission.id} of agent ${agent}. ${when}`);
      terminal.json({ launched: mission.id, agent, idempotencyKey });
      return EXIT.DONE;
    });
  },
};

async function readDefinition(file: string): Promise<string> {
  return readText(file).catch((error: unknown) => {
    if (typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT") {
      throw usage(`There is no file ${file}.`, "Name a JSON file with the mission's definition.");
    }
    throw error;
  });
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(
      `${file} is not JSON.`,
      'Write { "objective": ..., "tools": [...], "authority": "L1", "timeout": "PT10M" }.',
    );
  }
}
