export { aDefinition, aMission, anAbandonedMission, walkMission } from "./a-mission.ts";
export type { VoteRecipe } from "./a-vote.ts";
export { aVote, anEnrolment, enrolPerson, vote } from "./a-vote.ts";
export type { TestKeys, TestWorld } from "./a-world.ts";
export { AN_AGENT, AN_OWNER, aWorld, onStore, testSigner } from "./a-world.ts";
export type { BrokerScene } from "./broker-contract.ts";
export { brokerContract } from "./broker-contract.ts";
export type { CrashSide } from "./crashing-store.ts";
export { SimulatedCrash, crashAtAppend, interceptAppend } from "./crashing-store.ts";
export type { FakeAnswer } from "./fakes.ts";
export {
  FakeBroker,
  FakeCatalogue,
  FakeGovernor,
  FakeRandom,
  SEATED_PERSONS,
  aPool,
  aRemoveTool,
  aTool,
  aWriteTool,
} from "./fakes.ts";
export { aDecisionRequest, governorContract } from "./governor-contract.ts";
export { plainHashesIn } from "./plain-hashes.ts";
export type { PresentationRecipe, TestCall } from "./presented.ts";
export { aCall, presentUndo, presentedFor } from "./presented.ts";
export { TestRunLane } from "./test-run-lane.ts";
