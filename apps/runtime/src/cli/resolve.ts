import { findCall, loadMission, resolveCall } from "@aura/mission";
import type { Resolution } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import { dataFolder } from "../data-folder.ts";
import { callNotUnknown, missionUnknown, usage } from "../runtime-error.ts";
import { openNamespace, quietWorld } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Arguments, Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";

export const resolveCommand: Command = {
  name: "resolve",
  summary: "Settles a call whose outcome is unknown: somebody looked, and says what happened.",
  usage:
    "aura resolve MISSION CALL --as succeeded|failed|unresolved --data DIR [--result JSON | --message TEXT] [--person ID]",
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
    const namespace = await openNamespace(dataFolder(given.required("data")), host.decorators);
    try {
      const world = await quietWorld(namespace);
      if ((await loadMission(world, mission)) === undefined) throw missionUnknown(mission);
      const found = await findCall(world, mission, key);
      if (found?.call.state !== "unknown") throw callNotUnknown(mission, key);
      const person = given.text("person") ?? "operator";
      await resolveCall(world, { mission, key, person, as });
      await namespace.checkpoints.signNow();
      const terminal = host.terminal(given.flag("json") ? "json" : "people");
      terminal.line(`Call ${key} of mission ${mission} is settled as ${as.kind}.`);
      terminal.json({ resolved: key, mission, as: as.kind });
      return EXIT.DONE;
    } finally {
      await namespace.close();
    }
  },
};

/** What the person says. The agent sees `--result` as the tool's answer, `--message` as its failure. */
function resolutionOf(given: Arguments): Resolution {
  switch (given.required("as")) {
    case "succeeded":
      return { kind: "succeeded", result: jsonOf(given.text("result") ?? "null") };
    case "failed":
      return {
        kind: "failed",
        code: "person/failed",
        message: given.text("message") ?? "A person says that it did not happen.",
      };
    case "unresolved":
      return { kind: "unresolved" };
    default:
      throw usage("--as says what happened to the call.", "Write succeeded, failed or unresolved.");
  }
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw usage("--result is not JSON.", "Write the tool's answer as JSON, for example --result null.");
  }
}
