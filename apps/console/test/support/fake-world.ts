import type { Signer } from "@aura/trust";
import type { ApprovalView, Demo, MissionView } from "../../src/runtime-api.ts";
import { abandoned, refunded, thief } from "./closed-missions.ts";
import { aDemo } from "./fake-demo.ts";
import { FakeLog } from "./fake-log.ts";
import { retrying } from "./retrying-mission.ts";
import { undone } from "./undone-mission.ts";
import { anApproval, supplier } from "./waiting-mission.ts";

/** Six missions as a shop's back office has them, each a case that the page must show well, and the log that they wrote. */
export interface FakeWorld {
  readonly log: FakeLog;
  readonly missions: MissionView[];
  readonly approvals: ApprovalView[];
  readonly demo: Demo;
}

export async function aWorld(nowMs: number, founder: Signer): Promise<FakeWorld> {
  const log = new FakeLog();
  await log.found(nowMs - 3_600_000, founder);
  const missions = [
    await refunded(log, nowMs - 1_500_000),
    await thief(log, nowMs - 840_000),
    await undone(log, nowMs - 600_000),
    abandoned(log, nowMs - 420_000),
    retrying(log, nowMs - 95_000),
    supplier(log, nowMs - 70_000),
  ];
  await log.sign(nowMs - 1_000);
  return { log, missions, approvals: [anApproval(nowMs)], demo: aDemo(nowMs) };
}
