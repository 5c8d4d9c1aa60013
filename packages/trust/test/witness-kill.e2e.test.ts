import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatVerifierKey, openCosignature, parseWitnessKey, submitCheckpoint, systemRandom } from "../src/index.ts";
import { createKeyFile } from "../src/key-file.ts";
import { originHash } from "../src/witness-service.ts";
import { WITNESS_REQUEST_BYTES_MAX } from "../src/witness.ts";
import { LOG_KEY, ORIGIN } from "./sample-log.ts";
import { aTree, WITNESS_NAME } from "./witness-world.ts";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const tree = aTree();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-witness-"));
  await createKeyFile(join(folder, "key"), systemRandom);
});
afterAll(() => rm(folder, { recursive: true }));

async function start(state: "new" | "kept" = "kept") {
  const log = formatVerifierKey(ORIGIN, LOG_KEY.key);
  const options = { name: WITNESS_NAME, state: join(folder, "state"), key: join(folder, "key"), log };
  const words = Object.entries({ ...options, listen: "127.0.0.1:0" }).flatMap(([name, value]) => [`--${name}`, value]);
  const flags = state === "new" ? ["--json", "--new"] : ["--json"];
  const child = spawn(process.execPath, ["--conditions=@aura/source", MAIN, "witness", ...flags, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { witnessKey, url, isNew } = JSON.parse(line) as { witnessKey: string; url: string; isNew: boolean };
  const key = parseWitnessKey(witnessKey);
  const submit = async (size: number, from = tree) =>
    submitCheckpoint({
      note: await from.checkpoint(size),
      witnesses: [{ key, url }],
      quorum: 1,
      prove: (oldSize) => from.proof(oldSize, size),
      fetch,
      signal: AbortSignal.timeout(30_000),
    });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  };
  return { submit, end, key, url, isNew };
}

it("signs one history over HTTP, through kill -9 in the middle of submissions, and stops when asked", async () => {
  const first = await start("new");
  expect(first.isNew).toBe(true);
  expect(await first.submit(3)).toMatchObject({ witnessed: true });
  // Many at once, killed while they are answered: whatever was signed is remembered.
  const racing = Array.from({ length: 20 }, (_, at) => first.submit(4 + at));
  await Promise.race(racing);
  expect(await first.end("SIGKILL")).toBeNull();
  const signed = (await Promise.all(racing)).flatMap(({ witnessed }, at) => (witnessed ? [4 + at] : []));

  const second = await start();
  expect(second.isNew).toBe(false);
  const [report] = (await second.submit(1)).reports;
  if (report?.ok !== false || report.reason !== "ahead") throw new Error("it forgot what it signed");
  expect(report.size).toBeGreaterThanOrEqual(Math.max(3, ...signed));
  expect(await second.submit(40, aTree("other"))).toMatchObject({ reports: [{ reason: "inconsistent" }] });
  const { note, witnessed } = await second.submit(40);
  expect(witnessed).toBe(true);

  const latest = await fetch(`${second.url}/${originHash(ORIGIN)}/checkpoint`);
  expect(openCosignature(await latest.text(), second.key)).toEqual(openCosignature(note, second.key));
  expect(await second.end("SIGTERM")).toBe(0);
});

it("answers what is no request of the protocol, and goes on", async () => {
  const witness = await start();
  const status = async (path: string, method: string, body?: string) =>
    (await fetch(`${witness.url}${path}`, { method, ...(body === undefined ? {} : { body }) })).status;
  expect(await status("/add-checkpoint", "GET")).toBe(405);
  expect(await status("/add-checkpoint", "POST", "hello")).toBe(400);
  expect(await status("/", "GET")).toBe(404);
  expect(await status("/../key", "GET")).toBe(404);
  expect(await status(`/${"0".repeat(64)}/checkpoint`, "GET")).toBe(404);
  expect(await tooMuch(witness.url)).toBe(413);
  expect((await witness.submit(41)).witnessed).toBe(true);
  expect(await witness.end("SIGTERM")).toBe(0);
});

/** The status of a request that never ends. */
async function tooMuch(url: string): Promise<number | undefined> {
  const asking = request(`${url}/add-checkpoint`, { method: "POST" });
  asking.on("error", () => undefined);
  asking.write(Buffer.alloc(WITNESS_REQUEST_BYTES_MAX + 1));
  const [response] = (await once(asking, "response")) as [{ statusCode?: number }];
  asking.destroy();
  return response.statusCode;
}
