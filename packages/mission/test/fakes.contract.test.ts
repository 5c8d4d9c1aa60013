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
  const silent = aTool({ name: "never" });
  const broker = new FakeBroker({ nowMs: () => TEST_TIME_MS, catalogue: new FakeCatalogue([tool, silent]) });
  const finding = aTool({ find: { tool: "read_note", arguments: { path: { from: "/path" } }, findAfterMs: 0 } });
  broker.notes.set("there.txt", "a note");
  const reached = Promise.withResolvers<void>();
  const { act } = broker;
  broker.act = (sending) => {
    if (sending.tool.name !== "never") return act(sending);
    reached.resolve();
    return new Promise(() => undefined);
  };
  return {
    broker,
    tool,
    arguments: { path: "invoices.txt" },
    silent: { tool: silent, arguments: { path: "invoices.txt" }, reached: () => reached.promise },
    finds: [
      { is: "happened", tool: finding, arguments: { path: "there.txt" } },
      { is: "absent", tool: finding, arguments: { path: "missing.txt" } },
    ],
    nowMs: TEST_TIME_MS,
    received: () => broker.sent.length,
  };
});
