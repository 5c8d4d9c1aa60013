export {
  AN_ACTOR,
  FakeClock,
  TEST_TIME_MS,
  aChange,
  aNamespace,
  aPayload,
  aUnit,
  aUnitId,
  anEntryDraft,
  appendTo,
  spokenProjection,
} from "./builders.ts";
export type { SpokenChanges, WriteRecipe } from "./builders.ts";
export type { OpenLogStore } from "./contract-world.ts";
export { logStoreContract } from "./log-store-contract.ts";
