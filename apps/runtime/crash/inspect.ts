import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LoggedEntry } from "@aura/store";
import type { JsonObject, JsonValue } from "@aura/trust";
import { dataFolder } from "../src/data-folder.ts";
import { openNamespace } from "../src/wire.ts";
import type { OpenNamespace } from "../src/wire.ts";
import type { SendLine } from "./die-at.ts";

/** A file that some call of the log was to write, as it stands on the disk. */
export interface WrittenFile {
  readonly path: string;
  readonly content: string;
  readonly ino: number;
  readonly mtimeMs: number;
}

/** A call as its stream tells it. */
export interface CallFacts {
  readonly mission: string;
  readonly key: string;
  readonly tool: string;
  readonly intents: number;
  readonly end: string;
  readonly wasUnknown: boolean;
  /** Arguments of the call, where it was to write a file. */
  readonly write?: { readonly path: string; readonly content: string };
}

/** What a data folder holds while nobody runs on it. */
export interface Findings {
  readonly leaves: readonly string[];
  readonly states: ReadonlyMap<string, string>;
  readonly calls: readonly CallFacts[];
  readonly files: readonly WrittenFile[];
  readonly sends: readonly SendLine[];
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
    const rows = await store.rows(context, "mission");
    const tree = await store.signedTree(context);
    return {
      leaves: logged.map(({ leaf }) => leaf),
      states: new Map(rows.map(({ key, members }) => [key, stateOf(members)])),
      calls,
      files: calls
        .flatMap(({ write }) => (write === undefined ? [] : [fileAt(data, write.path)]))
        .filter((file) => file !== undefined),
      sends: readSends(sendsFile),
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
      const [first] = entries;
      const tool = textOf(first?.data["tool"]);
      const end = entries.at(-1)?.type ?? "";
      const facts = {
        mission,
        key,
        tool,
        end,
        intents: entries.filter(({ type }) => type === "call.sent").length,
        wasUnknown: entries.some(({ type }) => type === "call.unknown"),
      };
      const commitment = first?.payloads["arguments"];
      if (tool !== "write_file" || commitment === undefined) return facts;
      const payload = await store.payload(context, commitment);
      if (payload === undefined || payload === "erased") return facts;
      return { ...facts, write: JSON.parse(payload.text) as { path: string; content: string } };
    }),
  );
}

function fileAt(data: string, path: string): WrittenFile | undefined {
  const whole = join(data, "files", path);
  try {
    const { ino, mtimeMs } = statSync(whole);
    return { path, ino, mtimeMs, content: readFileSync(whole, "utf8") };
  } catch {
    return undefined;
  }
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
