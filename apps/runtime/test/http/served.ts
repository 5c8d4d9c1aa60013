import { readFileSync } from "node:fs";
import { parseRelease } from "@aura/governance";
import type { JsonObject } from "@aura/trust";
import { dataFolder } from "../../src/data-folder.ts";
import type { DataFolder } from "../../src/data-folder.ts";
import { serve } from "../../src/http/serve.ts";
import type { ServeOptions, Served } from "../../src/http/serve.ts";
import type { Application } from "../../src/application.ts";
import { wire } from "../../src/wire.ts";
import type { Runtime } from "../../src/wire.ts";
import { foundNotes, noteApplication } from "../note-application.ts";

/** A runtime that is served on a free port, with its missions attended. */
export interface ServedNotes {
  readonly runtime: Runtime;
  readonly served: Served;
  readonly folder: DataFolder;
  readonly key: string;
  readonly troubles: readonly unknown[];
  /** Asks with the operator's key unless other headers are given. */
  ask(path: string, request?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: JsonObject;
}

export const DEFINITION = { objective: "Note.", tools: ["add_note"], authority: "L1", timeout: "PT5M" };

/** Notes need a person of L2 each. */
export function askingApplication(notes: readonly string[]): Application {
  const application = noteApplication(notes);
  const rule = {
    id: "ask-first",
    effect: "ESCALATE",
    level: "L2",
    on: "call",
    match: {},
    reason: "Somebody should look.",
  };
  return {
    ...application,
    release: parseRelease({ ...application.release, rules: [...application.release.rules, rule] }),
  };
}

export async function serveNotes(
  path: string,
  application: Application,
  options: Partial<ServeOptions> = {},
): Promise<ServedNotes> {
  const folder = await foundNotes(path, application).catch(() => dataFolder(path)); // it stands already: served again
  const runtime = await wire(folder, application);
  const troubles: unknown[] = [];
  const served = await serve(runtime, {
    listen: { host: "127.0.0.1", port: 0 },
    version: "0.0.0",
    trouble: (error) => troubles.push(error),
    ...options,
  });
  const stop = new AbortController();
  const attended = runtime.supervisor.attend({ stop: stop.signal, rested: () => undefined, whenIdle: "stay" });
  const key = readFileSync(folder.operatorKey, "utf8").trimEnd();
  const ask: ServedNotes["ask"] = async (
    asked,
    { method = "GET", body, headers = { authorization: `Bearer ${key}` } } = {},
  ) => {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${served.url}${asked}`, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const answered = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true && answered.startsWith("{");
    return {
      status: response.status,
      headers: response.headers,
      text: answered,
      json: isJson ? JSON.parse(answered) : {},
    };
  };
  const close = async (): Promise<void> => {
    await served.close();
    stop.abort();
    await attended;
    await runtime.close();
  };
  return { runtime, served, folder, key, troubles, ask, close };
}

/** Asks again, each time something was appended, until `holds`. */
export async function until({ runtime }: Pick<ServedNotes, "runtime">, holds: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const { promise: grown, resolve } = Promise.withResolvers<void>();
    const forget = runtime.observe({ appended: resolve });
    try {
      if (await holds()) return;
      await grown;
    } finally {
      forget();
    }
  }
}
