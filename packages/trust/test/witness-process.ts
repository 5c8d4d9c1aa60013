import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseWitnessKey, systemRandom } from "../src/index.ts";
import { createKeyFile } from "../src/key-file.ts";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** `aura-trust witness` in a process of its own, over a folder that may hold its key and state from before. */
export async function startWitness(
  folder: string,
  { name, log, port = 0 }: { name: string; log: string; port?: number },
) {
  const isNew = !existsSync(join(folder, "key"));
  await mkdir(folder, { recursive: true });
  if (isNew) await createKeyFile(join(folder, "key"), systemRandom);
  const given = { name, log, state: join(folder, "state"), key: join(folder, "key"), listen: `127.0.0.1:${port}` };
  const words = Object.entries(given).flatMap(([option, value]) => [`--${option}`, value]);
  const flags = isNew ? ["--json", "--new"] : ["--json"];
  const child = spawn(process.execPath, ["--conditions=@aura/source", MAIN, "witness", ...flags, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { witnessKey, url } = JSON.parse(line) as { witnessKey: string; url: string };
  return {
    key: parseWitnessKey(witnessKey),
    url,
    port: Number(new URL(url).port),
    end: async (signal: NodeJS.Signals): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, "exit");
    },
  };
}
