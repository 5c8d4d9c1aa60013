import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { AuraError, commit, newNonce, systemRandom } from "@aura/trust";
import { loadIdentity } from "../data-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import { readText } from "../durable-file.ts";
import { openLocalApi } from "../http/local-api.ts";
import { DEFAULT_OPERATOR } from "../http/operators.ts";
import { findRuntimeFile } from "../http/runtime-file.ts";
import type { RuntimeAddress } from "../http/runtime-file.ts";
import { usage } from "../runtime-error.ts";
import { runtimeVersion } from "./version.ts";
import type { Host } from "./command.ts";

/** One request of the API, as a command asks it. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** The API of a data folder: of the runtime that owns it, or of this process if none does. */
export interface ApiClient {
  readonly through: "runtime" | "folder";
  /** @throws the problem that was answered, as an `AuraError` */
  ask<Answer>(request: ApiRequest): Promise<Answer>;
  /** An answer as it comes, for what may be large. @throws as `ask` */
  stream(path: string): Promise<Readable>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: Readable;
}

/**
 * Speaks HTTP with the runtime that owns the folder, after it has shown that it is the one that wrote `runtime.json`; opens the
 * folder if there is none.
 * @param person who acts if this process opens the folder itself; a runtime knows its operators
 * @throws as `openNamespace`, `runtime/usage` if a runtime owns the folder and `person` is given
 */
export async function openApi(folder: DataFolder, host: Host, person?: string): Promise<ApiClient> {
  const { namespace } = await loadIdentity(folder);
  const address = await findRuntimeFile(folder);
  if (address !== undefined && (await isOurs(address, namespace))) {
    if (person !== undefined) {
      throw usage(
        "A runtime owns this folder, and who acts there is whom the operator's key stands for.",
        "Leave --person out.",
      );
    }
    const key = (await readText(folder.operatorKey)).trimEnd();
    const headers = { authorization: `Bearer ${key}` };
    return clientOf("runtime", (request) => send(address, { ...request, headers: { ...request.headers, ...headers } }));
  }
  const local = await openLocalApi(folder, {
    person: person ?? DEFAULT_OPERATOR,
    version: runtimeVersion(),
    decorators: host.decorators,
    trouble: (error) => {
      throw error;
    },
  });
  const inject = async ({ method, path, body, headers }: ApiRequest): Promise<Reply> => {
    const json = body === undefined ? {} : { payload: JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const reply = await local.app.inject({
      method,
      url: path,
      ...json,
      headers: { ...type, ...headers },
      payloadAsStream: true,
    });
    return { status: reply.statusCode, body: reply.stream() };
  };
  return { ...clientOf("folder", inject), close: () => local.close() };
}

function clientOf(through: ApiClient["through"], exchange: (request: ApiRequest) => Promise<Reply>): ApiClient {
  const accepted = async (request: ApiRequest): Promise<Readable> => {
    const { status, body } = await exchange(request);
    if (status < 300) return body;
    throw problemIn(await text(body), status);
  };
  return {
    through,
    ask: async <Answer>(request: ApiRequest) => {
      const answer = await text(await accepted(request));
      return (answer === "" ? undefined : JSON.parse(answer)) as Answer;
    },
    stream: (path) => accepted({ method: "GET", path }),
    close: async () => undefined,
  };
}

/** A runtime that was killed leaves its file behind, and somebody else may listen on its port by now. */
async function isOurs(address: RuntimeAddress, namespace: string): Promise<boolean> {
  const challenge = newNonce(systemRandom);
  try {
    const { status, body } = await send(address, {
      method: "GET",
      path: `/v1/health/proof?challenge=${challenge}`,
      timeoutMs: REACH_TIMEOUT_MS,
    });
    const answer = JSON.parse(await text(body)) as { readonly namespace?: unknown; readonly proof?: unknown };
    return status === 200 && answer.namespace === namespace && answer.proof === commit(address.secret, challenge);
  } catch {
    return false; // nobody listens, or nobody who speaks like us
  }
}

const REACH_TIMEOUT_MS = 3_000;

async function send(
  { url, certificate }: RuntimeAddress,
  { method, path, body, headers, timeoutMs }: ApiRequest & { readonly timeoutMs?: number },
): Promise<Reply> {
  const target = new URL(path, url);
  const json = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
  };
  // The certificate that the runtime itself says it shows is the only one that is believed; its name is of no matter here.
  const tls = certificate === null ? {} : { ca: await readFile(certificate), checkServerIdentity: () => undefined };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent =
      target.protocol === "https:"
        ? httpsRequest(target, { ...options, ...tls }, resolve)
        : httpRequest(target, options, resolve);
    sent.on("error", reject);
    sent.end(json);
  });
  return { status: response.statusCode ?? 500, body: response };
}

/** A problem document as what it was before it was sent. */
function problemIn(body: string, status: number): AuraError {
  const problem = parsed(body);
  const code = typeof problem["code"] === "string" ? problem["code"] : "runtime/internal";
  const said = (member: string, otherwise: string): string =>
    typeof problem[member] === "string" ? problem[member] : otherwise;
  return new AuraError({
    code,
    what: said("detail", `The runtime answered with status ${status} and no problem document.`),
    why: said("title", "It is not known why."),
    fix: said("fix", "Look at the runtime's standard error."),
  });
}

function parsed(body: string): { readonly [member: string]: unknown } {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
