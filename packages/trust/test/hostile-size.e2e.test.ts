import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

it("every door answers 256 KiB of anything before anybody gives up: nothing needs quadratic time", async () => {
  const script = fileURLToPath(new URL("hostile-size.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@aura/source", script], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => void (said += String(chunk)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(said).toMatch(/through\n$/);
  expect(code).toBe(0);
}, 110_000);
