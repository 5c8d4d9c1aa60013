import { findCall, loadMission, resolveCall } from "@aura/mission";
import { dataFolder } from "../data-folder.ts";
import { callNotUnknown, missionUnknown, usage } from "../runtime-error.ts";
import { openNamespace, quietWorld } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";

const ANSWERS = ["succeeded", "failed", "unresolved"] as const;

export const resolveCommand: Command = {
  name: "resolve",
  summary: "Settles a call whose outcome is unknown: somebody looked, and says what happened.",
  usage: "aura resolve MISSION CALL --as succeeded|failed|unresolved --data DIR [--person ID]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        as: { type: "string" },
        person: { type: "string" },
        json: { type: "boolean" },
      },
      words: 2,
    });
    const [mission = "", key = ""] = given.words;
    const as = ANSWERS.find((answer) => answer === given.required("as"));
    if (as === undefined) throw usage("--as says what happened to the call.", `Write one of ${ANSWERS.join(", ")}.`);
    const namespace = await openNamespace(dataFolder(given.required("data")), host.decorators);
    try {
      const world = await quietWorld(namespace);
      if ((await loadMission(world, mission)) === undefined) throw missionUnknown(mission);
      const found = await findCall(world, mission, key);
      if (found?.call.state !== "unknown" && found?.call.state !== "sent") throw callNotUnknown(mission, key);
      const person = given.text("person") ?? "operator";
      await resolveCall(world, { mission, key, person, as });
      await namespace.checkpoints.signNow();
      const terminal = host.terminal(given.flag("json") ? "json" : "people");
      terminal.line(`Call ${key} of mission ${mission} is settled as ${as}.`);
      terminal.json({ resolved: key, mission, as });
      return EXIT.DONE;
    } finally {
      await namespace.close();
    }
  },
};
