import { buildReceipt, loadMission } from "@aura/mission";
import type { MissionWorld } from "@aura/mission";
import { canonicalJson } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { writeDurably } from "../durable-file.ts";
import { missionNotClosed, missionUnknown } from "../runtime-error.ts";
import { dataFolder } from "../data-folder.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { verifyCommand } from "./export.ts";
import { shown } from "./init.ts";
import { outputPath } from "./output-path.ts";
import { withApi } from "./with-api.ts";

export const receiptCommand: Command = {
  name: "receipt",
  summary: "Writes the receipt of a CLOSED mission: its definition, boundary, entries, outcome and proofs in one file.",
  usage: "aura receipt MISSION [--data DIR] --out FILE",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } },
      words: 1,
    });
    const [mission = ""] = given.words;
    const out = await outputPath(given.required("out"), dataFolder(given.required("data")));
    return withApi(given, host, async ({ api, folder, terminal }) => {
      const path = `/v1/missions/${encodeURIComponent(mission)}/receipt`;
      const receipt = await api.ask<JsonValue>({ method: "GET", path });
      await writeDurably(out, `${canonicalJson(receipt)}\n`);
      terminal.line(`Wrote the receipt of mission ${mission} to ${shown(out)}.`);
      terminal.line(`Verify it with: ${verifyCommand(out, folder.verifierKey)}`);
      terminal.json({ receipt: out, mission, verifierKey: folder.verifierKey });
      return EXIT.DONE;
    });
  },
};

/** Its newest checkpoint must cover the seal. @throws `runtime/mission_unknown`, `runtime/mission_not_closed` */
export async function writeReceipt(world: MissionWorld, id: string, out: string): Promise<void> {
  const mission = await loadMission(world, id);
  if (mission === undefined) throw missionUnknown(id);
  if (mission.state !== "CLOSED") throw missionNotClosed(id, mission.state);
  const receipt = await buildReceipt(world, id);
  await writeDurably(out, `${canonicalJson(receipt as unknown as JsonValue)}\n`);
}
