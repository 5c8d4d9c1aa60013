import { approveMission, createMission, loadMission, planMission, queueMission } from "@aura/mission";
import { requestApproval, startMission } from "@aura/mission";
import type { Mission } from "@aura/mission";
import type { LogStore } from "@aura/store";
import { decodeBase64url } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { createIssuer, TOKEN_TTL_MS } from "../src/issuer.ts";
import { wire } from "../src/wire.ts";
import type { Runtime } from "../src/wire.ts";
import { scratchFolder } from "./in-process.ts";
import { foundNotes, noteApplication } from "./note-application.ts";

/** A mission that is IN_PROGRESS, with its deadline at `deadlineMs`. */
async function running({ world, application }: Runtime, deadlineMs: number): Promise<Mission> {
  const [offer] = application.missions;
  if (offer === undefined) throw new Error("the note application has a mission");
  const { id } = await createMission(world, { ...offer, actor: { id: "operator", custody: "person" } });
  for (const edge of [planMission, requestApproval, approveMission, queueMission, startMission]) await edge(world, id);
  const mission = await loadMission(world, id);
  if (mission === undefined) throw new Error("the mission was created");
  return { ...mission, deadlineMs };
}

/** When a token that is issued at `nowMs` ends, or the code of the refusal. */
async function endOfToken(runtime: Runtime, mission: Mission, nowMs: number): Promise<number | string> {
  const { identity, keys, application } = runtime;
  const store: LogStore = {
    ...runtime.store,
    nowMs: () => nowMs,
    append: async () => [{ kind: "appended", positions: [0] }], // at a time of this test's own, which the log would refuse
  };
  const world = { ...runtime.world, store };
  const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
  try {
    const { token } = await issuer.dualToken(await issuer.instanceOf(mission.agent), mission);
    const [, payload = ""] = token.split(".");
    const { exp } = JSON.parse(Buffer.from(decodeBase64url(payload)).toString()) as { readonly exp: number };
    return exp * 1_000;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe("an execution token", () => {
  it("never outlives its mission's deadline, to the millisecond, and is refused when no second is left", async () => {
    using scratch = scratchFolder();
    const application = noteApplication([]);
    const runtime = await wire(await foundNotes(scratch.at("data"), application), application);
    const second = Math.ceil(runtime.world.store.nowMs() / 1_000) * 1_000 + 3_600_000;
    const mission = await running(runtime, second + 400);
    const ends: (number | string)[] = [];
    for (const nowMs of [second - 400_000, second - 900, second - 1, second, second + 399, second + 400]) {
      ends.push(await endOfToken(runtime, mission, nowMs));
    }
    await runtime.close();
    expect(ends).toEqual([
      second - 400_000 + TOKEN_TTL_MS,
      second,
      second,
      "runtime/deadline_near",
      "runtime/deadline_near",
      "runtime/deadline_near",
    ]);
  });
});
