import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildReceipt } from "@aura/mission";
import type { LoggedEntry } from "@aura/store";
import { verifyReceipt } from "@aura/trust";
import type { JsonObject, JsonValue } from "@aura/trust";
import { dataFolder } from "../src/data-folder.ts";
import { openNamespace, quietWorld } from "../src/wire.ts";
import type { OpenNamespace } from "../src/wire.ts";
import type { SendLine } from "./die-at.ts";
import { ledgerRows } from "./ledger.ts";
import type { Row } from "./ledger.ts";
import { verifierKeyAt } from "./log-verdict.ts";

/** A file that some call of the log was to write, as it stands on the disk, put aside or not. */
export interface WrittenFile {
  readonly path: string;
  readonly content: string;
  readonly ino: number;
  readonly mtimeMs: number;
  /** It lies where an undo puts it. */
  readonly undone: boolean;
}

/** A mission as its first entry and the table tell it. */
export interface MissionFacts {
  readonly id: string;
  readonly objective: string;
  /** `CLOSED SUCCEEDED` */
  readonly state: string;
}

/** A call as its stream tells it. */
export interface CallFacts {
  readonly mission: string;
  readonly key: string;
  readonly tool: string;
  readonly intents: number;
  readonly end: string;
  /** Attempts whose outcome nobody knew, and attempts that were known not to have happened. */
  readonly unknowns: number;
  readonly retries: number;
  readonly arguments: JsonObject;
  /** Versions of the approving votes in its stream, and those that each intent says it uses. */
  readonly votes: readonly number[];
  readonly used: readonly (readonly number[])[];
  /** From its park to the first vote, and from that to its intent, in the store's time; `undefined` without votes. */
  readonly votedAfterMs?: number;
  readonly usedAfterMs?: number;
  /** Persons who voted, one for each vote. */
  readonly voters: readonly string[];
}

/** What a data folder holds while nobody runs on it. */
export interface Findings {
  readonly leaves: readonly string[];
  readonly missions: readonly MissionFacts[];
  readonly calls: readonly CallFacts[];
  readonly files: readonly WrittenFile[];
  readonly sends: readonly SendLine[];
  readonly ledger: readonly Row[];
  /** What the counters of budgets hold together, in hundredths. */
  readonly reserved: number;
  readonly signedNote: string | undefined;
  readonly size: number;
}

/** Opens a data folder, looks, and closes it again. */
export async function inspect(data: string, sendsFile: string): Promise<Findings> {
  return withNamespace(data, async (namespace) => {
    const { store, context } = namespace;
    const logged: LoggedEntry[] = [];
    for await (const entry of store.readLog(context, 0)) logged.push(entry);
    const calls = await callFacts(namespace, logged);
    const tree = await store.signedTree(context);
    const { counters } = await store.tables(context);
    const budgets = counters.filter(({ counter }) => counter.startsWith("budget/"));
    return {
      leaves: logged.map(({ leaf }) => leaf),
      missions: await missionFacts(namespace, logged),
      calls,
      files: calls.flatMap(({ tool, arguments: args }) =>
        tool === "write_file" ? filesAt(data, textOf(args["path"])) : [],
      ),
      sends: readSends(sendsFile),
      ledger: ledgerRows(join(data, "state", "payments", "ledger.sqlite")),
      reserved: budgets.reduce((sum, { value }) => sum + value, 0),
      signedNote: tree?.note,
      size: logged.length,
    };
  });
}

export async function withNamespace<Value>(
  data: string,
  act: (namespace: OpenNamespace) => Promise<Value>,
): Promise<Value> {
  const namespace = await openNamespace(dataFolder(data));
  try {
    return await act(namespace);
  } finally {
    await namespace.close();
  }
}

/** Names of the files in the folder that the application writes to. */
export function reportNames(data: string): readonly string[] {
  const folder = join(data, "files", "reports");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".txt")) : [];
}

/** Missions whose receipt cannot be made or does not verify, each with why. */
export async function receiptFaults(data: string, missions: readonly MissionFacts[]): Promise<readonly string[]> {
  const key = verifierKeyAt(data);
  return withNamespace(data, async (namespace) => {
    await namespace.checkpoints.signNow();
    const world = await quietWorld(namespace);
    const faults = await Promise.all(
      missions.map(async ({ id }) => {
        const receipt: unknown = await buildReceipt(world, id).catch((error: unknown) => String(error));
        const verification = typeof receipt === "string" ? receipt : verifyReceipt(receipt, { key });
        if (typeof verification === "string") return [`mission ${id} has no receipt: ${verification}`];
        return verification.ok ? [] : [`the receipt of mission ${id} does not verify: ${verification.reason}`];
      }),
    );
    return faults.flat();
  });
}

async function missionFacts(
  { store, context }: OpenNamespace,
  logged: readonly LoggedEntry[],
): Promise<readonly MissionFacts[]> {
  const rows = new Map((await store.rows(context, "mission")).map(({ key, members }) => [key, members]));
  const created = logged.filter(({ entry }) => entry.type === "mission.created");
  return Promise.all(
    created.map(async ({ entry }) => {
      const id = entry.stream.split("/")[1] ?? "";
      const definition = await openPayload({ store, context }, entry.payloads["definition"]);
      return { id, objective: textOf(definition["objective"]), state: stateOf(rows.get(id) ?? {}) };
    }),
  );
}

async function callFacts(
  { store, context }: OpenNamespace,
  logged: readonly LoggedEntry[],
): Promise<readonly CallFacts[]> {
  const streams = new Map<string, LoggedEntry["entry"][]>();
  for (const { entry } of logged) {
    if (!/^mission\/[^/]+\/call\//.test(entry.stream)) continue;
    streams.set(entry.stream, [...(streams.get(entry.stream) ?? []), entry]);
  }
  return Promise.all(
    [...streams].map(async ([stream, entries]) => {
      const [, mission = "", , key = ""] = stream.split("/");
      const of = (type: string) => entries.filter((entry) => entry.type === type);
      const [first] = entries;
      const votes = of("call.voted");
      return {
        mission,
        key,
        tool: textOf(first?.data["tool"]),
        end: entries.at(-1)?.type ?? "",
        intents: of("call.sent").length,
        unknowns: of("call.unknown").length,
        retries: of("call.retrying").length,
        arguments: await openPayload({ store, context }, first?.payloads["arguments"]),
        votes: votes.filter(({ data }) => data["choice"] === "APPROVE").map(({ version }) => version),
        used: of("call.sent").map(({ data }) => (data["votes"] ?? []) as readonly number[]),
        ...waitsOf(entries),
        voters: votes.map(({ actor }) => actor.id),
      };
    }),
  );
}

function waitsOf(entries: readonly LoggedEntry["entry"][]): Pick<CallFacts, "votedAfterMs" | "usedAfterMs"> {
  const [parked, vote, sent] = ["call.parked", "call.voted", "call.sent"].map(
    (wanted) => entries.find(({ type }) => type === wanted)?.timeMs,
  );
  return {
    ...(parked === undefined || vote === undefined ? {} : { votedAfterMs: vote - parked }),
    ...(vote === undefined || sent === undefined ? {} : { usedAfterMs: sent - vote }),
  };
}

async function openPayload(
  { store, context }: Pick<OpenNamespace, "store" | "context">,
  commitment: Parameters<OpenNamespace["store"]["payload"]>[1] | undefined,
): Promise<JsonObject> {
  const payload = commitment === undefined ? undefined : await store.payload(context, commitment);
  return payload === undefined || payload === "erased" ? {} : (JSON.parse(payload.text) as JsonObject);
}

function filesAt(data: string, path: string): readonly WrittenFile[] {
  return [false, true].flatMap((undone) => {
    const whole = join(data, "files", undone ? "undone" : "", path);
    if (!existsSync(whole)) return [];
    const { ino, mtimeMs } = statSync(whole);
    return [{ path, undone, ino, mtimeMs, content: readFileSync(whole, "utf8") }];
  });
}

function readSends(path: string): readonly SendLine[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SendLine);
}

function stateOf({ state, outcome }: JsonObject): string {
  return `${textOf(state)} ${textOf(outcome)}`.trim();
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
