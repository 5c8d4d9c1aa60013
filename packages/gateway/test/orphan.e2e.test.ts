import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PARENT = fileURLToPath(new URL("support/parent.ts", import.meta.url));

/** A real process that started a server, and the server's process id. */
async function aParent(how: string, mode = "plain") {
  const args = ["--conditions=@aura/source", PARENT, how, mode];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  const { result } = JSON.parse(line) as {
    readonly result: { readonly content: readonly { readonly text: string }[] };
  };
  return { parent, serverId: Number(result.content[0]?.text) };
}

/** A zombie is dead: it waits for somebody to be told, and where nobody collects the dead it waits for ever. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${processId}/stat`, "utf8"));
  } catch {
    return false;
  }
}

it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("no server outlives a parent that ends by %s", async (signal) => {
  const { parent, serverId } = await aParent("wait");
  expect(isAlive(serverId)).toBe(true);
  parent.kill(signal);
  await expect.poll(() => isAlive(serverId), { timeout: 20_000 }).toBe(false);
});

it.each(["exit", "throw"])("no server outlives a parent that ends by %s, not even a deaf one", async (how) => {
  const { serverId } = await aParent(how, "deaf");
  await expect.poll(() => isAlive(serverId), { timeout: 20_000 }).toBe(false);
});

it("a server stays in the process group of its parent", async () => {
  const { parent, serverId } = await aParent("wait");
  const groupOf = (processId: number | undefined) =>
    readFileSync(`/proc/${processId}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[2];
  expect(groupOf(serverId)).toBe(groupOf(parent.pid));
  parent.kill("SIGKILL");
});
