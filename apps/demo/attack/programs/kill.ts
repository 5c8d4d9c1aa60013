import { alive, runningDemo } from "../demo-api.ts";
import type { RunningDemo } from "../demo-api.ts";
import type { Program } from "../program.ts";
import { until } from "../system-wait.ts";
import { tallyOf } from "../tally.ts";

interface MissionView {
  readonly state: string;
  readonly outcome: { readonly kind: string } | null;
  readonly calls: readonly {
    readonly key: string;
    readonly tool: string;
    readonly state: string;
    readonly arguments: { readonly idempotency_key?: string };
  }[];
}

const [SCENE, KILLS] = [5, 2];

/** `kill`: begins the running demo's payments that take a while, and kills the runtime with SIGKILL while one is under way, twice. */
export const kill: Program = async (_args, { place, say }) => {
  const tally = tallyOf(say);
  const { missions } = await runningDemo(place.data).ask<{ readonly missions: readonly string[] }>(
    "POST",
    `/v1/demo/scenes/${SCENE}`,
    {},
  );
  const mission = missions.at(-1);
  if (mission === undefined) throw new Error("The scene has no mission.");
  say(`mission ${mission} pays`);
  const hit = new Set<string>();
  while (hit.size < KILLS) {
    const { demo, call } = await until("a payment under way", async () => {
      const demo = await alive(place.data);
      const view = demo === undefined ? undefined : await viewOf(demo, mission);
      const call = view?.calls.find(({ tool, state, key }) => tool === "pay" && state === "sent" && !hit.has(key));
      return demo !== undefined && call !== undefined ? { demo, call } : undefined;
    });
    process.kill(demo.pid, "SIGKILL");
    hit.add(call.key);
    say(`kill -9 ${demo.pid}, while the payment of call ${call.key} is under way`);
    const back = await until("the runtime that is started again", async () => {
      const next = await alive(place.data);
      return next !== undefined && next.pid !== demo.pid && (await viewOf(next, mission)) !== undefined
        ? next
        : undefined;
    });
    say(`back as process ${back.pid}`);
  }
  const view = await until("the end of the mission", async () => {
    const demo = await alive(place.data);
    const found = demo === undefined ? undefined : await viewOf(demo, mission);
    return found?.state === "CLOSED" ? found : undefined;
  });
  const demo = runningDemo(place.data);
  const { ledger } = await demo.ask<{ readonly ledger: readonly { readonly key: string }[] }>("GET", "/v1/demo");
  const payments = view.calls.filter(({ tool }) => tool === "pay");
  for (const { key, state, arguments: args } of payments) {
    const rows = ledger.filter((row) => row.key === args.idempotency_key).length;
    tally.attempt(
      `payment of call ${key}${hit.has(key) ? ", the runtime killed in it" : ""}`,
      `${state}, ${rows} row(s) in the ledger`,
      rows === 1 && state === "succeeded",
    );
  }
  tally.attempt(
    "the mission",
    `${view.state}: ${view.outcome?.kind ?? "no outcome"}, ${payments.length} payments`,
    view.outcome?.kind === "SUCCEEDED" && payments.length > hit.size,
  );
  const verified = await demo.ask<{ readonly ok: boolean; readonly size?: number }>("POST", "/v1/log/verify", {});
  tally.attempt(
    "the log, verified",
    verified.ok ? `ok, ${verified.size ?? 0} entries` : JSON.stringify(verified),
    verified.ok,
  );
  return tally.exitCode();
};

async function viewOf(demo: RunningDemo, mission: string): Promise<MissionView | undefined> {
  try {
    return await demo.ask<MissionView>("GET", `/v1/missions/${mission}`);
  } catch {
    return undefined; // dead, or not there yet
  }
}
