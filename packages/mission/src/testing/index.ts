export { aDefinition, aMission, anAbandonedMission, walkMission } from "./a-mission.ts";
export type { TestKeys, TestWorld } from "./a-world.ts";
export { AN_AGENT, AN_OWNER, aWorld, onStore } from "./a-world.ts";
export type { CrashSide } from "./crashing-store.ts";
export { SimulatedCrash, crashAtAppend, interceptAppend } from "./crashing-store.ts";
export { FakeBroker, FakeCatalogue, FakeGovernor, FakeRandom, aTool, aWriteTool } from "./fakes.ts";
export type { PresentationRecipe, TestCall } from "./presented.ts";
export { aCall, presentedFor } from "./presented.ts";
export { TestRunLane } from "./test-run-lane.ts";
