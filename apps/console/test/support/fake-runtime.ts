import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import type { JsonObject, PublicKey } from "@aura/trust";
import { admitPublicKey, decodeBase64url, signerFromSeed, verifyJws } from "@aura/trust";
import type { ApprovalView, Approvers } from "../../src/runtime-api.ts";
import { digestOf, type Logged, NAMESPACE, ORIGIN } from "./fake-log.ts";
import { aWorld, type FakeWorld } from "./fake-world.ts";

/** The policy that the runtime serves the page under, to the letter. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const COOKIE = "aura_page=session";
export const CODE = "one-time-code";
export const FOUNDER = signerFromSeed(new Uint8Array(32).fill(3));

/** The interface of the runtime with plausible answers, over a real signed log: what the page is developed against. */
export class FakeRuntime {
  readonly world: FakeWorld;
  readonly #page: string;
  readonly #clients = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  pid = 4_711;
  codes = new Set([CODE]);
  demo = true;
  readonly asked: { readonly method: string; readonly path: string; readonly body: JsonObject }[] = [];
  approvers: Approvers;
  #enrolling = new Map<string, { person: string; key: PublicKey }>();
  #keys = new Map<string, PublicKey>();
  /** Alters the exported bytes: an operator who lies. */
  rewrite: (text: string) => string = (text) => text;

  private constructor(world: FakeWorld, page: string) {
    this.world = world;
    this.#page = page;
    this.approvers = {
      items: [
        {
          person: "founder",
          name: "The founder",
          kid: FOUNDER.publicKey.kid,
          enrolledAtMs: Date.now() - 3_600_000,
          revoked: false,
        },
      ],
      pending: [],
    };
  }

  static async start(page: string): Promise<FakeRuntime> {
    const runtime = new FakeRuntime(await aWorld(Date.now(), FOUNDER), page);
    await runtime.up();
    return runtime;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Serves again on the same port, as another process. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Gone as after SIGKILL: every connection cut. */
  async down(): Promise<void> {
    this.pid += 1;
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#clients.clear();
  }

  /** Tells every page of an entry. */
  tell(logged: Logged): void {
    for (const client of this.#clients) client.write(event("entry", logged, logged.seq));
  }

  async sign(): Promise<void> {
    const checkpoint = await this.world.log.sign(Date.now());
    for (const client of this.#clients) client.write(event("checkpoint", checkpoint));
  }

  /** What `aura enrol CODE` does in a shell. */
  confirm(code: string): void {
    const enrolment = this.#enrolling.get(code);
    if (enrolment === undefined) throw new Error(`no code ${code}`);
    const { person, key } = enrolment;
    this.#keys.set(person, key);
    this.approvers = {
      items: [
        ...this.approvers.items,
        { person, name: "Ada Moreau", kid: key.kid, enrolledAtMs: Date.now(), revoked: false },
      ],
      pending: this.approvers.pending.filter((pending) => pending.code !== code),
    };
    this.tell(
      this.world.log.append("control", "approver.enrolled", {
        timeMs: Date.now(),
        data: { person, key: { ...key }, confirmedBy: "founder" },
      }),
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const method = request.method ?? "GET";
    if (!pathname.startsWith("/v1/")) return this.#file(pathname, response);
    const body = method === "POST" ? ((JSON.parse(await textOf(request)) ?? {}) as JsonObject) : {};
    if (method === "POST") this.asked.push({ method, path: pathname, body });
    if (pathname === "/v1/health") return json(response, 200, this.#health());
    if (method === "POST" && request.headers["x-aura-page"] !== "1") return problem(response, 403, "http/foreign_page");
    if (pathname === "/v1/session") return this.#session(body, response);
    if (request.headers.cookie?.includes(COOKIE) !== true) return problem(response, 401, "http/no_session");
    if (pathname === "/v1/events")
      return this.#events(Number(request.headers["last-event-id"] ?? searchParams.get("after") ?? -1), response);
    const found = this.#read(method, pathname, searchParams, body, response);
    if (found === undefined) return problem(response, 404, "http/not_found");
  }

  #read(
    method: string,
    path: string,
    query: URLSearchParams,
    body: JsonObject,
    response: ServerResponse,
  ): true | undefined {
    const { missions, approvals, log, demo } = this.world;
    const parts = path.split("/").slice(2).map(decodeURIComponent);
    const [kind, id, part] = parts;
    const reply = (value: unknown, status = 200): true => {
      json(response, status, value);
      return true;
    };
    if (kind === "now") return reply(this.#now());
    if (kind === "missions" && id === undefined) {
      const items = missions.map(({ calls, ...mission }) => ({
        ...mission,
        calls: {
          total: calls.length,
          denied: calls.filter(({ state }) => state === "denied").length,
          open: calls.filter(({ state }) => ["sent", "parked", "retrying"].includes(state)).length,
        },
      }));
      return reply({ items: items.toReversed(), next: null });
    }
    if (kind === "missions") {
      const mission = missions.find((candidate) => candidate.id === id);
      if (mission === undefined) return undefined;
      if (part === "receipt") return reply(log.receipt(mission.id));
      if (part === "stop" && method === "POST") {
        Object.assign(mission, {
          state: "CLOSED",
          outcome: { kind: "STOPPED", code: null },
          waitsFor: null,
          rest: null,
        });
        this.tell(
          log.append(`mission/${mission.id}`, "stop.ordered", { timeMs: Date.now(), data: { scope: "mission" } }),
        );
        return reply({}, 202);
      }
      return reply(mission);
    }
    if (kind === "approvals" && id === undefined) return reply({ items: approvals });
    if (kind === "approvals" && part === "votes") return this.#vote(approvals, id ?? "", body, response);
    if (kind === "approvers" && method === "GET") return reply(this.approvers);
    if (kind === "approvers" && id === undefined) return this.#enrol(body, response);
    if (kind === "log" && id === undefined) {
      const after = Number(query.get("after") ?? -1);
      return reply({
        items: log.entries.filter(({ seq }) => seq > after).slice(0, Number(query.get("limit") ?? 100)),
        size: log.entries.length,
      });
    }
    if (kind === "log" && id === "checkpoint")
      return reply({ note: log.checkpoint?.note, verifierKey: log.verifierKey });
    if (kind === "log" && id === "export") {
      response.writeHead(200, { "Content-Type": "application/jsonl" }).end(this.rewrite(log.export()));
      return true;
    }
    if (kind === "demo" && id === undefined) return reply(demo);
    if (kind === "demo" && id === "kill") {
      void this.down();
      return true;
    }
    if (kind === "demo" && id === "scenes") return reply({}, 202);
    return undefined;
  }

  #vote(approvals: ApprovalView[], id: string, body: JsonObject, response: ServerResponse): true {
    const index = approvals.findIndex((approval) => approval.id === id);
    const key = this.#keys.get(textIn(body, "person"));
    const verification = key && verifyJws(textIn(body, "jws"), "aura-vote+jwt", [key]);
    const approval = approvals[index];
    const bound =
      verification?.ok === true && approval !== undefined && verification.payload["shown"] === digestOf(approval.shown);
    if (!bound) {
      problem(response, 422, "mission/vote_forged");
      return true;
    }
    approvals.splice(index, 1);
    this.tell(
      this.world.log.append(`mission/${id.replace(".", "/call/")}`, "call.voted", {
        timeMs: Date.now(),
        data: { choice: textIn(verification.payload, "choice") },
      }),
    );
    json(response, 201, { outcome: verification.payload["choice"] === "APPROVE" ? "approved" : "rejected" });
    return true;
  }

  #enrol(body: JsonObject, response: ServerResponse): true {
    const possession = textIn(body, "possession");
    const claims = JSON.parse(Buffer.from(decodeBase64url(possession.split(".")[1] ?? "")).toString()) as JsonObject;
    const key = admitPublicKey(claims["key"]);
    const person = textIn(claims, "person");
    if (!verifyJws(possession, "aura-enrolment+jwt", [key]).ok) {
      problem(response, 422, "mission/enrolment_forged");
      return true;
    }
    const code = "K7QF-2MXD";
    const expiresMs = Number(claims["expiresMs"]);
    this.#enrolling.set(code, { person, key });
    this.approvers = {
      ...this.approvers,
      pending: [...this.approvers.pending, { code, person, kid: key.kid, expiresMs }],
    };
    json(response, 202, { code, expiresMs });
    return true;
  }

  #session(body: JsonObject, response: ServerResponse): void {
    if (!this.codes.delete(textIn(body, "code"))) return problem(response, 401, "http/code_refused");
    response.writeHead(204, { "Set-Cookie": `${COOKIE}; HttpOnly; SameSite=Strict; Path=/` }).end();
  }

  #events(after: number, response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(":hello\n\n");
    for (const logged of this.world.log.entries.filter(({ seq }) => seq > after))
      response.write(event("entry", logged, logged.seq));
    this.#clients.add(response);
    response.on("close", () => this.#clients.delete(response));
  }

  #health() {
    return { status: "ok", namespace: NAMESPACE, pid: this.pid, startedMs: Date.now() - 60_000, version: "0.0.0" };
  }

  #now() {
    const { missions, approvals, log } = this.world;
    const open = missions.filter(({ state }) => state !== "CLOSED");
    return {
      namespace: NAMESPACE,
      origin: ORIGIN,
      quorum: 1,
      egress: "open",
      custody: "runtime",
      missions: {
        open: open.length,
        waiting: open.filter(({ waitsFor }) => waitsFor !== null).length,
        failed: missions.filter(({ outcome }) => outcome?.kind === "FAILED").length,
        byState: {},
      },
      approvals: { pending: approvals.length, oldestMs: approvals[0]?.requestedAtMs ?? null },
      denied: 2,
      missedBeats: 1,
      log: { size: log.entries.length, checkpoint: log.checkpoint },
      nowMs: Date.now(),
      demo: this.demo,
    };
  }

  #file(pathname: string, response: ServerResponse): void {
    const path = join(this.#page, normalize(pathname === "/" ? "/index.html" : pathname));
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return problem(response, 404, "http/not_found");
    response.writeHead(200, {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
    });
    response.end(readFileSync(path));
  }
}

function event(name: string, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" })
    .end(JSON.stringify(value));
}

const PROBLEMS: Readonly<Record<string, readonly [string, string]>> = {
  "http/code_refused": [
    "The code is not valid any more.",
    "A code works once, for ten minutes. Restart the runtime, or ask it for a new link.",
  ],
  "http/no_session": ["There is no session.", "Open the link that the runtime printed."],
  "http/not_found": ["There is nothing here.", ""],
  "mission/vote_forged": ["The signature does not verify.", "Sign again."],
};

function problem(response: ServerResponse, status: number, code: string): void {
  const [title, fix] = PROBLEMS[code] ?? [code, ""];
  json(response, status, { type: `https://aura.dev/errors/${code}`, title, status, detail: title, code, fix });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function textIn(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}
