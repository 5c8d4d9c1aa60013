import { existsSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";

/** One request as it goes over the wire; nothing is added but what HTTP needs. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: unknown;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
}

export interface RunningDemo {
  readonly url: string;
  readonly pid: number;
  /** With the operator's key. The answer's JSON. @throws with the problem's code if it is refused */
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** As it is, whoever sends it. */
  send(request: WireRequest): Promise<WireAnswer>;
  readonly operatorKey: string;
}

/** The runtime that owns a data folder now. @throws when none says that it does */
export function runningDemo(data: string): RunningDemo {
  const path = join(data, "runtime.json");
  if (!existsSync(path)) throw new Error(`No demo runs in ${data}. In another terminal: npx -y pnpm@12.18.0 demo`);
  const { url, pid } = JSON.parse(readFileSync(path, "utf8")) as { readonly url: string; readonly pid: number };
  const operatorKey = readFileSync(join(data, "operator.key"), "utf8").trimEnd();
  const send = (request: WireRequest): Promise<WireAnswer> => sendTo(url, request);
  return {
    url,
    pid,
    operatorKey,
    send,
    ask: async <Answer>(method: string, at: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${operatorKey}`, ...IDEMPOTENT(method, at) };
      const answer = await send({ method, path: at, headers, ...(body === undefined ? {} : { body }) });
      if (answer.status >= 300) throw new Error(`${method} ${at}: ${answer.status} ${problemOf(answer)}`);
      return (answer.text === "" ? undefined : JSON.parse(answer.text)) as Answer;
    },
  };
}

/** The runtime of a data folder, if one answers. */
export async function alive(data: string): Promise<RunningDemo | undefined> {
  try {
    const demo = runningDemo(data);
    return (await demo.send({ method: "GET", path: "/v1/health" })).status === 200 ? demo : undefined;
  } catch {
    return undefined; // none, or one that was killed
  }
}

/** `code: detail` of a problem document; the text as it is if it is none. */
export function problemOf({ text }: WireAnswer): string {
  try {
    const { code, detail } = JSON.parse(text) as { readonly code?: string; readonly detail?: string };
    if (code !== undefined) return `${code}: ${detail ?? ""}`;
  } catch {
    // not JSON
  }
  return text.slice(0, 200);
}

const IDEMPOTENT = (method: string, path: string): { readonly [name: string]: string } =>
  method === "POST" && path === "/v1/missions" ? { "idempotency-key": crypto.randomUUID() } : {};

function sendTo(url: string, { method, path, headers = {}, body }: WireRequest): Promise<WireAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const type = text === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, url), { method, headers: { ...type, ...headers } }, (response) => {
      let received = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (received += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: received }),
      );
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
