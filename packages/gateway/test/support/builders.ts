import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sending, Tool, ToolRegistration } from "@aura/mission";
import { hashText } from "@aura/trust";
import type { Clock, JsonObject } from "@aura/trust";
import { onTestFinished } from "vitest";
import { createGateway, stdioUpstream } from "../../src/index.ts";
import type {
  Gateway,
  Offer,
  StdioUpstreamOptions,
  Timers,
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
} from "../../src/index.ts";

const HOSTILE = fileURLToPath(new URL("hostile-server.ts", import.meta.url));
const FILES = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"));

/** A folder of this test alone. */
export function aScratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aura-gateway-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The reference file server on a folder. */
export function filesUpstream(folder: string, override: Partial<StdioUpstreamOptions> = {}): Upstream {
  const options = { name: "files", command: process.execPath, args: [FILES, folder], cwd: folder };
  return closedAfterwards(stdioUpstream({ ...options, ...override }));
}

/** The server that misbehaves in `mode`, and writes down its deeds in `file`. */
export function hostileUpstream(
  mode = "plain",
  { file = "/dev/null", ...override }: Partial<StdioUpstreamOptions> & { readonly file?: string } = {},
): Upstream {
  const options = { name: "hostile", command: process.execPath, args: [HOSTILE, mode, file], cwd: "/" };
  return closedAfterwards(stdioUpstream({ ...options, ...override }));
}

function closedAfterwards(upstream: Upstream): Upstream {
  onTestFinished(() => upstream.close());
  return upstream;
}

/** Calls a tool of what an upstream offers now. */
export async function callNow(upstream: Upstream, tool: string, args: JsonObject = {}): Promise<UpstreamAnswer> {
  return callOf(await upstream.offer(), tool, args);
}

export function callOf(offer: Offer, tool: string, args: JsonObject = {}, timeoutMs = 10_000): Promise<UpstreamAnswer> {
  return offer.call({ tool, arguments: args, idempotencyKey: "key-1", timeoutMs });
}

/** What the hostile server answers with these words. */
export function answerOf(text: string): UpstreamAnswer {
  return { kind: "result", result: { content: [{ type: "text", text }] } };
}

/** A tool `echo` that reads, at the upstream `hostile`. */
export function aRegistration(override: Partial<ToolRegistration> = {}): ToolRegistration {
  return {
    name: "echo",
    upstream: "hostile",
    class: "read",
    tags: [],
    attemptTimeoutMs: 10_000,
    repeatable: false,
    ...override,
  };
}

export function aTool(override: Partial<Tool> = {}): Tool {
  return {
    ...aRegistration(),
    description: "",
    inputSchema: { type: "object" },
    digest: hashText("a tool"),
    ...override,
  };
}

export function aSending(override: Partial<Sending> = {}): Sending {
  return {
    namespace: "acme",
    mission: "m1",
    callKey: "1.1",
    idempotencyKey: "key-1",
    tool: aTool(),
    arguments: {},
    sendByMs: 10_000,
    stillHeld: async () => true,
    signal: new AbortController().signal,
    ...override,
  };
}

/** A gateway over upstreams whose tools are registered by name, with a clock that stands at 1000 until it is moved. */
export function aGateway(
  registrations: readonly ToolRegistration[],
  upstream: Upstream,
  ports: { readonly clock?: Clock; readonly timers?: Timers } = {},
): Gateway {
  return createGateway({ registrations, upstreams: [upstream], clock: new FakeClock(), ...ports });
}

/** Sends a call of a tool as the catalogue gives it now. */
export async function sendNow(gateway: Gateway, name: string, override: Partial<Sending> = {}) {
  const tool = await gateway.catalogue.find(name);
  return gateway.broker.send(aSending({ ...(tool && { tool }), ...override }));
}

/** Time that stands still until it is moved. */
export class FakeClock implements Clock {
  timeMs = 1_000;

  nowMs(): number {
    return this.timeMs;
  }
}

/** Waits that end when they are told to. */
export class FakeTimers implements Timers {
  readonly #waiting = new Set<{ readonly delayMs: number; readonly wake: () => void }>();
  readonly #watchers: { readonly delayMs: number; readonly seen: () => void }[] = [];

  after(delayMs: number, wake: () => void): () => void {
    const entry = { delayMs, wake };
    this.#waiting.add(entry);
    for (const watcher of this.#watchers) if (watcher.delayMs === delayMs) watcher.seen();
    return () => void this.#waiting.delete(entry);
  }

  /** Resolves when somebody has begun a wait of exactly `delayMs`, and everything he wrote with it has left. */
  async begun(delayMs: number): Promise<void> {
    if (![...this.#waiting].some((entry) => entry.delayMs === delayMs)) {
      await new Promise<void>((seen) => this.#watchers.push({ delayMs, seen }));
    }
    await new Promise(setImmediate);
  }

  /** Ends every wait of exactly `delayMs`; throws if there is none. */
  expire(delayMs: number): void {
    const due = [...this.#waiting].filter((entry) => entry.delayMs === delayMs);
    if (due.length === 0) throw new Error(`nobody waits for ${delayMs} ms`);
    for (const entry of due) {
      this.#waiting.delete(entry);
      entry.wake();
    }
  }
}

/** An upstream without a process: it offers `definitions` and answers what `answer` says. */
export class FakeUpstream implements Upstream {
  readonly name = "hostile";
  readonly calls: UpstreamCall[] = [];
  offers = 0;
  definitions: readonly JsonObject[] = [
    { name: "echo", description: "Says it again.", inputSchema: { type: "object" } },
  ];
  answer: (call: UpstreamCall) => Promise<UpstreamAnswer> = async () => answerOf("done");
  /** Thrown instead of an offer while set. */
  failure: Error | undefined;
  /** An offer is current while this has not moved since it was made. */
  changes = 0;
  /** Waits for what was written before. */
  congestion: Promise<void> | undefined;

  async offer(): Promise<Offer> {
    this.offers += 1;
    if (this.failure !== undefined) throw this.failure;
    const { changes } = this;
    return {
      tools: new Map(
        this.definitions.map((given) => {
          const {
            name,
            description = "",
            inputSchema,
          } = given as { name: string; description?: string; inputSchema: JsonObject };
          return [name, { name, description, inputSchema, given }];
        }),
      ),
      isCurrent: () => this.changes === changes,
      isCongested: () => this.congestion !== undefined,
      drained: () => this.congestion ?? Promise.resolve(),
      call: (call) => {
        this.calls.push(call);
        return this.answer(call);
      },
    };
  }

  async close(): Promise<void> {
    await this.offer().catch(() => undefined);
  }
}
