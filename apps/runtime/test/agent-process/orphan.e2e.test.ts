import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { isAlive } from "./support.ts";

const PARENT = fileURLToPath(new URL("../fixtures/agent-parent.ts", import.meta.url));
const AGENTS = fileURLToPath(new URL("../fixtures/agents/application.js", import.meta.url));

it.each(["lone-waiter", "lone-spinner"])("an agent ends with a runtime that was killed: %s", async (name) => {
  const parent = spawn(process.execPath, ["--conditions=@aura/source", PARENT, AGENTS, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  expect([pid > 1, isAlive(pid)]).toEqual([true, true]);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 50 });
});
