import { expect, it } from "vitest";
import { nodeArguments } from "../../src/agent-process/program.ts";

it.each(["system-agent", "system-reaper"] as const)("opens its debugger to nobody: %s", (program) => {
  expect(nodeArguments(program)).toContain("--disable-sigusr1");
});
