import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../in-process.ts";
import { spawnAura } from "../spawn-aura.ts";
import { startAura } from "../start-aura.ts";

const DIES_AT_LAUNCH = fileURLToPath(new URL("../fixtures/dies-at-launch.ts", import.meta.url));
const DEFINITION = { objective: "Keep notes.", tools: ["add_note"], authority: "L1", timeout: "PT5M" };

describe("a runtime that is killed between a launch and its answer", () => {
  it("has one mission when the same request comes again, and answers it as it would have", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await spawnAura(["init", "--data", data]);
    using first = await startAura(data, DIES_AT_LAUNCH);
    const headers = {
      authorization: `Bearer ${readFileSync(`${data}/operator.key`, "utf8").trimEnd()}`,
      "idempotency-key": "order-1",
      "content-type": "application/json",
    };
    const body = JSON.stringify({ agent: "keeper", definition: DEFINITION });
    const launch = (url: string) => fetch(`${url}/v1/missions`, { method: "POST", headers, body });
    await expect(launch(first.url)).rejects.toThrow();
    expect(await first.ended).toEqual([null, "SIGKILL"]);

    using next = await startAura(data);
    const answers = await Promise.all([launch(next.url), launch(next.url)]);
    const [one, other] = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string }[];
    expect([answers.map(({ status }) => status), other]).toEqual([[201, 201], one]);
    const list = (await (await fetch(`${next.url}/v1/missions`, { headers })).json()) as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).toEqual([one?.id]);
    next.kill("SIGTERM");
    expect(await next.ended).toEqual([0, null]);
  });
});
