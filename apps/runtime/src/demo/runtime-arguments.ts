import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What makes this very program the runtime of a demo. */
export interface RuntimeOrder {
  readonly app: string;
  readonly data: string;
  readonly page: string | undefined;
  readonly json: boolean;
  readonly port: number | undefined;
}

/** The command line of a demo's runtime. The same order gives the same texts, wherever it was read. */
export function runtimeArguments({ app, data, page, json, port }: RuntimeOrder): readonly string[] {
  return [
    "demo-runtime",
    "--app",
    resolve(app),
    "--data",
    resolve(data),
    ...(page === undefined ? [] : ["--page", page]),
    ...(json ? ["--json"] : []),
    ...(port === undefined ? [] : ["--listen", `127.0.0.1:${port}`]),
  ];
}

/**
 * The runtime that a command line `demo ...` will want, so far as it can be seen without loading anything; `undefined` if it
 * wants none, or is wrong. Whoever reads the command line properly has the last word.
 */
export function wantedRuntime([name, ...args]: readonly string[]): RuntimeOrder | undefined {
  if (name !== "demo") return undefined;
  try {
    const { values } = parseArgs({ args: [...args], options: DEMO_OPTIONS, allowPositionals: false, strict: true });
    const { app, data, port, page } = values;
    if (app === undefined || data === undefined || values["until-idle"] === true) return undefined;
    if (port !== undefined && !/^[0-9]{1,5}$/.test(port)) return undefined;
    return { app, data, page, json: values.json === true, port: port === undefined ? undefined : Number(port) };
  } catch {
    return undefined;
  }
}

/** What `aura demo` can be given. */
export const DEMO_OPTIONS = {
  app: { type: "string" },
  data: { type: "string" },
  port: { type: "string" },
  page: { type: "string" },
  "until-idle": { type: "boolean" },
  json: { type: "boolean" },
} as const;
