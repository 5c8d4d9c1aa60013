import { TEST_TIME_MS } from "@aura/store/testing";
import {
  FakeBroker,
  FakeCatalogue,
  FakeGovernor,
  aTool,
  brokerContract,
  governorContract,
} from "../src/testing/index.ts";

governorContract("FakeGovernor", () => new FakeGovernor());

brokerContract("FakeBroker", async () => {
  const tool = aTool();
  const broker = new FakeBroker({ nowMs: () => TEST_TIME_MS, catalogue: new FakeCatalogue([tool]) });
  return {
    broker,
    tool,
    arguments: { path: "invoices.txt" },
    nowMs: TEST_TIME_MS,
    received: () => broker.sent.length,
  };
});
