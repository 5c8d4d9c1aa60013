import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BODY_BYTES_MAX, BODY_DEPTH_MAX } from "../../src/http/limits.ts";
import { createValidator } from "../../src/http/validation.ts";
import { logOf, scratchFolder } from "../in-process.ts";
import { noteApplication } from "../note-application.ts";
import { DEFINITION, serveNotes } from "./served.ts";
import type { ServedNotes } from "./served.ts";

const scratch = scratchFolder();
let notes: ServedNotes;
beforeAll(async () => {
  notes = await serveNotes(scratch.at("data"), noteApplication(["one"]));
});
afterAll(async () => {
  await notes.close();
  scratch[Symbol.dispose]();
});

const NOBODY = "0190a8f0-0000-7000-8000-000000000000";
const isProblem = createValidator().compile({ $ref: "Problem#" });
const launch = (body: unknown, headers: Record<string, string> = {}) => ({
  method: "POST",
  body,
  headers: { "idempotency-key": "k", ...headers },
});
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

interface OpenApi {
  readonly paths: { readonly [path: string]: object };
}

/** Whether it lives, whether it is the one that a folder belongs to, and what begins a session. */
const OPEN = ["get /v1/health", "get /v1/health/proof", "post /v1/session"];

type Refused = readonly [
  what: string,
  path: string,
  request: { method?: string; body?: unknown; headers?: Record<string, string> },
  status: number,
  code: string,
];

const REFUSED: readonly Refused[] = [
  ["malformed JSON", "/v1/missions", launch('{"agent":'), 400, "http/body_malformed"],
  ["NaN", "/v1/missions", launch('{"agent":NaN}'), 400, "http/body_malformed"],
  ["1e400", "/v1/missions", launch('{"agent":1e400}'), 400, "http/body_malformed"],
  ["a member __proto__", "/v1/missions", launch('{"__proto__":{"agent":"writer"}}'), 400, "http/body_malformed"],
  ["deep nesting", "/v1/missions", launch(nested(BODY_DEPTH_MAX + 1)), 400, "http/body_malformed"],
  ["no body", "/v1/missions", launch(undefined), 400, "http/request_invalid"],
  [
    "a member too many",
    "/v1/missions",
    launch({ agent: "writer", definition: DEFINITION, x: 1 }),
    400,
    "http/request_invalid",
  ],
  ["a member missing", "/v1/missions", launch({ agent: "writer" }), 400, "http/request_invalid"],
  [
    "a number as text",
    "/v1/missions",
    launch({ agent: "writer", definition: { ...DEFINITION, timeout: "5,000" } }),
    422,
    "mission/definition_invalid",
  ],
  ["an oversized body", "/v1/missions", launch(" ".repeat(BODY_BYTES_MAX + 1)), 413, "http/body_too_large"],
  [
    "another content type",
    "/v1/missions",
    launch("agent=writer", { "content-type": "application/x-www-form-urlencoded" }),
    415,
    "http/content_type_unsupported",
  ],
  [
    "an unknown tool",
    "/v1/missions",
    launch({ agent: "writer", definition: { ...DEFINITION, tools: ["wire_money"] } }),
    422,
    "runtime/tool_unknown",
  ],
  [
    "an unknown agent",
    "/v1/missions",
    launch({ agent: "nobody", definition: DEFINITION }),
    404,
    "runtime/agent_unknown",
  ],
  [
    "no Idempotency-Key",
    "/v1/missions",
    { method: "POST", body: { agent: "writer", definition: DEFINITION } },
    400,
    "http/idempotency_key_missing",
  ],
  ["an unknown mission", `/v1/missions/${NOBODY}`, {}, 404, "runtime/mission_unknown"],
  ["a word that is no id", "/v1/missions/nobody", {}, 404, "runtime/mission_unknown"],
  ["the receipt of nothing", `/v1/missions/${NOBODY}/receipt`, {}, 404, "runtime/mission_unknown"],
  [
    "a stop of nothing",
    `/v1/missions/${NOBODY}/stop`,
    { method: "POST", body: { compensation: "run", reason: "x" } },
    404,
    "runtime/mission_unknown",
  ],
  [
    "a stop without a scope",
    "/v1/stop",
    { method: "POST", body: { compensation: "run", reason: "x" } },
    400,
    "http/request_invalid",
  ],
  [
    "a stop of an unknown agent",
    "/v1/stop",
    { method: "POST", body: { scope: "agent", agent: "nobody", compensation: "run", reason: "x" } },
    404,
    "runtime/agent_unknown",
  ],
  ["an unknown approval", `/v1/approvals/${NOBODY}.1.1`, {}, 404, "runtime/approval_unknown"],
  [
    "a vote that is no JWS",
    `/v1/approvals/${NOBODY}/votes`,
    { method: "POST", body: { person: "p", jws: "a" } },
    400,
    "http/request_invalid",
  ],
  [
    "a vote that is none",
    `/v1/approvals/${NOBODY}/votes`,
    { method: "POST", body: { person: "p", jws: "YQ.YQ.YQ" } },
    422,
    "mission/vote_malformed",
  ],
  [
    "an enrolment that is none",
    "/v1/approvers",
    { method: "POST", body: { possession: "YQ.YQ.YQ" } },
    422,
    "mission/enrolment_malformed",
  ],
  [
    "a code nobody waits under",
    "/v1/approvers/aaaaa-aaaaa/confirm",
    { method: "POST", body: { confirmation: "YQ.YQ.YQ" } },
    404,
    "http/enrolment_unknown",
  ],
  ["a cursor from elsewhere", "/v1/missions?cursor=YQ", {}, 400, "http/cursor_unknown"],
  ["a page too large", "/v1/missions?limit=201", {}, 400, "http/request_invalid"],
  ["a query twice", "/v1/missions?limit=1&limit=2", {}, 400, "http/request_invalid"],
  ["an unknown query", "/v1/missions?colour=red", {}, 400, "http/request_invalid"],
  ["an unknown route", "/v1/nothing", {}, 404, "http/route_unknown"],
  ["an unsupported method", "/v1/missions", { method: "PUT" }, 405, "http/method_not_allowed"],
  ["the demo's levers", "/v1/demo/kill", { method: "POST" }, 404, "http/no_demo"],
  ["the page, which is not there", "/", {}, 404, "http/page_missing"],
];

describe("a request that is refused", () => {
  it.each(REFUSED)(
    "for %s has a problem with a stable code, and changes nothing",
    async (_what, path, request, status, code) => {
      const before = (await logOf(notes.runtime)).length;
      const headers = { authorization: `Bearer ${notes.key}`, ...request.headers };
      const answer = await notes.ask(path, { ...request, headers });
      expect([answer.status, answer.json["code"]]).toEqual([status, code]);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect([isProblem(answer.json), isProblem.errors]).toEqual([true, null]);
      expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d/);
      expect(await logOf(notes.runtime)).toHaveLength(before);
      expect(notes.troubles).toEqual([]);
    },
  );

  it.each([
    ["nobody", {}, 401, "http/unauthenticated"],
    ["a wrong key", { authorization: "Bearer aura-operator-x" }, 401, "http/unauthenticated"],
    ["another scheme", { authorization: "Basic YTpi" }, 401, "http/unauthenticated"],
    ["a session that is none", { cookie: "aura-x=y" }, 401, "http/unauthenticated"],
  ])("comes from %s", async (_who, headers, status, code) => {
    const answer = await notes.ask("/v1/now", { headers });
    expect([answer.status, answer.json["code"], answer.headers.get("www-authenticate")]).toEqual([
      status,
      code,
      "Bearer",
    ]);
  });

  it("comes from nobody on every route but three, whatever the route does", async () => {
    const { paths } = (await notes.ask("/openapi.json", { headers: {} })).json as unknown as OpenApi;
    const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((one) => [one, path]));
    const answers = await Promise.all(
      routes.map(async ([method = "", path = ""]) => {
        const url = `${notes.served.url}${path.replaceAll(/\{\w+\}/g, NOBODY)}`;
        const answer = await fetch(url, { method: method.toUpperCase(), signal: AbortSignal.timeout(5_000) });
        await answer.body?.cancel(); // a stream that is open does not end
        return [`${method} ${path}`, answer.status] as const;
      }),
    );
    const open = answers.filter(([, status]) => status !== 401).map(([route]) => route);
    expect(open.toSorted()).toEqual(OPEN);
    expect(routes.length).toBeGreaterThan(OPEN.length);
  });

  it("takes a body at its limits and not past them", async () => {
    const body = (text: string) => notes.ask("/v1/missions", launch(text, { authorization: `Bearer ${notes.key}` }));
    expect((await body(" ".repeat(BODY_BYTES_MAX - 2) + "{}")).json["code"]).toBe("http/request_invalid");
    expect((await body(nested(BODY_DEPTH_MAX))).json["code"]).toBe("http/request_invalid");
  });

  it("says which methods a path takes", async () => {
    const { headers } = await notes.ask("/v1/missions", { method: "PUT" });
    expect(headers.get("allow")).toBe("GET, HEAD, POST");
  });

  it.each([
    [
      "another host",
      "GET /v1/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
      421,
      "http/host_refused",
    ],
    ["no host", "GET /v1/health HTTP/1.0\r\n\r\n", 421, "http/host_refused"],
    ["no HTTP", "hello\r\n\r\n", 400, "http/request_malformed"],
    ["endless headers", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431, "http/headers_too_large"],
  ])("names %s", async (_what, bytes, status, code) => {
    const socket = connect(notes.served.port, "127.0.0.1");
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`"code":"${code}"`);
  });
});
