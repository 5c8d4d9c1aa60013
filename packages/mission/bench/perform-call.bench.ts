// What a governed call costs, beside the two bare appends that it cannot do without.
// node --conditions=@aura/source packages/mission/bench/perform-call.bench.ts [--quick]
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { LogStore } from "@aura/store";
import { EMPTY_HEAD, chainEntries, headAfter, openMemoryLogStore, openSqliteLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { canonicalJson, commit, newNonce, proveCall, systemRandom, uuidv7 } from "@aura/trust";
import type { CallRequest, Mission } from "../src/index.ts";
import { callStream, missionProjection, performCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aWorld } from "../src/testing/index.ts";

const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 1 : 5;
const CALLS = QUICK ? 300 : 2_000;
const IN_FLIGHT = [1, 64];

const clock = new FakeClock();

const stores: readonly (readonly [string, (folder: string) => Promise<LogStore>])[] = [
  ["memory", async () => openMemoryLogStore({ clock, projections: [missionProjection] })],
  [
    "SQLite",
    (folder) => openSqliteLogStore({ path: join(folder, "bench.sqlite"), clock, projections: [missionProjection] }),
  ],
];

process.stdout.write(
  `Node.js ${process.versions.node}, ${cpus().length} cores, median of ${ROUNDS} rounds of ${CALLS} (spread)\n\n` +
    "| store | in flight | governed calls/s | us/call | two bare appends, us |\n|---|---|---|---|---|\n",
);
for (const [name, open] of stores) {
  for (const inFlight of IN_FLIGHT) {
    const governed: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = mkdtempSync(join(tmpdir(), "aura-bench-"));
      const world = await aWorld({ store: await open(folder), clock });
      const mission = await aMission(world);
      const requests = await present(world, mission);
      governed.push(await microsPer(requests, inFlight, (request) => performCall(world, request)));
      bare.push(
        await microsPer(requests, inFlight, (request) =>
          twoAppends(world, `mission/${mission.id}/bare/${request.key}`),
        ),
      );
      await world.store.close();
      rmSync(folder, { recursive: true });
    }
    const micros = median(governed);
    process.stdout.write(
      `| ${name} | ${inFlight} | ${Math.round(1e6 / micros)} | ${spread(governed)} | ${spread(bare)} |\n`,
    );
  }
}

/** Proofs are the agent's work: they are made before the clock runs. One credential and one token for all. */
async function present(world: TestWorld, mission: Mission): Promise<CallRequest[]> {
  const first = await aCall(world, { mission: mission.id });
  const requests: CallRequest[] = [];
  for (let nth = 0; nth < CALLS; nth += 1) {
    const key = `2.${nth}`;
    const nonce = newNonce(systemRandom);
    const proof = await proveCall(world.keys.agent, {
      call: callStream(mission.id, key),
      tool: first.tool,
      commitment: commit(nonce, canonicalJson(first.arguments)),
      audience: world.authority.audience,
      token: first.presented.token,
      nowMs: clock.nowMs(),
      jti: uuidv7(clock.nowMs(), systemRandom),
    });
    requests.push({ ...first, key, nonce, presented: { ...first.presented, proof } });
  }
  return requests;
}

async function twoAppends(world: TestWorld, stream: string): Promise<void> {
  let head = EMPTY_HEAD;
  for (const type of ["bare.sent", "bare.succeeded"]) {
    const timeMs = clock.nowMs();
    const unit = uuidv7(timeMs, systemRandom);
    const draft = { type, actor: { id: "bench", custody: "runtime" } as const, data: {} };
    const { namespace } = world.context;
    const entries = chainEntries({ namespace, stream, head, unit, timeMs, drafts: [draft] });
    const write = { stream, after: head.version, fence: 0, entries };
    await world.store.append(world.context, [{ id: unit, writes: [write], reads: [], payloads: [] }]);
    head = headAfter(head, entries);
  }
}

async function microsPer<Item>(items: readonly Item[], inFlight: number, act: (item: Item) => Promise<unknown>) {
  const queue = items.values();
  const startedMs = performance.now();
  const lanes = Array.from({ length: inFlight }, async () => {
    for (const item of queue) await act(item);
  });
  await Promise.all(lanes);
  return ((performance.now() - startedMs) * 1_000) / items.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function spread(values: readonly number[]): string {
  return `${Math.round(median(values))} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`;
}
