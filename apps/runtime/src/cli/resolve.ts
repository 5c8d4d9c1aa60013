import type { JsonValue } from "@aura/trust";
import { usage } from "../runtime-error.ts";
import { readArguments } from "./command.ts";
import type { Arguments, Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const resolveCommand: Command = {
  name: "resolve",
  summary: "Settles a call whose outcome is unknown: somebody looked, and says what happened. Has an undo tried again.",
  usage:
    "aura resolve MISSION CALL --as succeeded|failed|unresolved|retry [--data DIR] [--result JSON | --message TEXT] [--person ID]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        as: { type: "string" },
        person: { type: "string" },
        result: { type: "string" },
        message: { type: "string" },
        json: { type: "boolean" },
      },
      words: 2,
    });
    const [mission = "", key = ""] = given.words;
    const as = resolutionOf(given);
    return withApi(
      given,
      host,
      async ({ api, terminal }) => {
        const path = `/v1/missions/${encodeURIComponent(mission)}/calls/${encodeURIComponent(key)}/resolve`;
        await api.ask({ method: "POST", path, body: as });
        const settled = as.as === "retry" ? "is tried again" : `is settled as ${as.as}`;
        terminal.line(`Call ${key} of mission ${mission} ${settled}.`);
        terminal.json({ resolved: key, mission, as: as.as });
        return EXIT.DONE;
      },
      given.text("person"),
    );
  },
};

interface Resolution {
  readonly as: "succeeded" | "failed" | "unresolved" | "retry";
  readonly result?: JsonValue;
  readonly message?: string;
}

/** What the person says. The agent sees `--result` as the tool's answer, `--message` as its failure. */
function resolutionOf(given: Arguments): Resolution {
  const message = given.text("message");
  switch (given.required("as")) {
    case "succeeded":
      return { as: "succeeded", result: jsonOf(given.text("result") ?? "null") };
    case "failed":
      return { as: "failed", ...(message === undefined ? {} : { message }) };
    case "unresolved":
      return { as: "unresolved" };
    case "retry":
      return { as: "retry" };
    default:
      throw usage(
        "--as says what happened to the call.",
        "Write succeeded, failed or unresolved; or retry, for an undo that was denied or failed.",
      );
  }
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw usage("--result is not JSON.", "Write the tool's answer as JSON, for example --result null.");
  }
}
