import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AssistantMessage } from "@aura/engine";
import { httpModelUpstream, stdioUpstream } from "@aura/gateway";
import type { Upstream, UpstreamAnswer } from "@aura/gateway";
import type { JsonObject } from "@aura/trust";
import { callBehind, textOf } from "./agents/clerk-tools.ts";
import { converse } from "./agents/conversation.ts";
import type { Conversation, Done } from "./agents/conversation.ts";
import { ledgerOf } from "./payments/ledger.ts";
import type { LedgerRow } from "./payments/ledger.ts";
import { PAY_THE_WEEK } from "./scenes.ts";
import { filesServer, modelServer, paymentsServer } from "./servers.ts";
import type { Place } from "./servers.ts";
import { saidPath, withoutFolder, withoutLedgerPath, WORK } from "./without-place.ts";

const FILES = fileURLToPath(new URL("../../files", import.meta.url));
const CALL_TIMEOUT_MS = 10_000;

/** What happened without AURA. */
export interface Without extends Conversation {
  /** What the agent did, a line each, for people. */
  readonly said: readonly string[];
  readonly ledger: readonly LedgerRow[];
}

/**
 * Scene 1: the same model, the same conversation and the same servers as in scene 2, wired to one another as most agents
 * are, with nothing between. It works on its own copy of the invoices and its own ledger, below `place.state`.
 * @throws `gateway/upstream_unavailable`, and an error when the model gives no answer
 */
export async function runWithoutAura(place: Place): Promise<Without> {
  const folder = withoutFolder(place.state);
  const [files, ledger] = [join(folder, "files"), withoutLedgerPath(place.state)];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await cp(FILES, files, { recursive: true });
  const upstreams = {
    files: stdioUpstream({ ...filesServer({ node: place.node, files }), cwd: folder }),
    payments: stdioUpstream({
      ...paymentsServer({ node: place.node, secret: () => place.secret(WORK) }, ledger),
      cwd: folder,
    }),
    model: modelOf(place, folder),
  };
  try {
    const talk = await converse(PAY_THE_WEEK, {
      ask: async (request) => answered(await call(upstreams.model, "model", request as unknown as JsonObject)),
      act: async (wish) => {
        const { tool, arguments: args } = callBehind(wish, WORK);
        return doneBy(await call(tool === "pay" ? upstreams.payments : upstreams.files, tool, absolute(args, files)));
      },
    });
    const said = [
      `Task: ${PAY_THE_WEEK}`,
      ...talk.steps.filter(({ tool }) => tool === "pay").map(lineOf),
      `Its report: ${talk.summary.replace("[scripted] ", "")}`,
    ];
    await writeFile(saidPath(place.state), JSON.stringify(said), { mode: 0o600 });
    return { ...talk, said, ledger: ledgerOf(ledger) };
  } finally {
    await Promise.all(Object.values(upstreams).map((upstream) => upstream.close()));
  }
}

function modelOf(place: Place, cwd: string): Upstream {
  if (place.model !== undefined) return httpModelUpstream({ name: "model", ...place.model });
  const { name, model, apiKey, command, args, env } = modelServer(place);
  return httpModelUpstream({ name, model, apiKey, server: { command, args, env, cwd } });
}

async function call(upstream: Upstream, tool: string, args: JsonObject): Promise<UpstreamAnswer> {
  const offer = await upstream.offer();
  return offer.call({ tool, arguments: args, idempotencyKey: WORK, timeoutMs: CALL_TIMEOUT_MS });
}

function answered(answer: UpstreamAnswer): AssistantMessage {
  if (answer.kind === "value") return answer.value as unknown as AssistantMessage;
  throw new Error(`The model gave no answer: ${answer.kind === "failed" ? answer.message : answer.kind}.`);
}

function doneBy(answer: UpstreamAnswer): Done {
  if (answer.kind !== "result") return { ok: false, refusedBy: [], reason: "The tool gave no answer." };
  const isError = (answer.result as { readonly isError?: unknown } | null)?.isError === true;
  const text = textOf(answer.result);
  return isError ? { ok: false, refusedBy: [], reason: text } : { ok: true, result: text };
}

/** The file server reads a path in its own folder, where AURA's gateway starts it there. */
function absolute(args: JsonObject, folder: string): JsonObject {
  const { path } = args;
  return typeof path === "string" ? { ...args, path: join(folder, path) } : args;
}

function lineOf({ arguments: args, done }: Conversation["steps"][number]): string {
  const [amount, currency, payee] = ["amount", "currency", "payee"].map((name) =>
    typeof args[name] === "string" ? args[name] : "?",
  );
  return `pay ${amount} ${currency} to ${payee}: ${done.ok ? "done" : done.reason}`;
}
