import type { AuraError, Clock } from "@aura/trust";
import { isAuraError, systemClock } from "@aura/trust";
import { upstreamUnavailable } from "../gateway-error.ts";
import type { GatewayError } from "../gateway-error.ts";
import { RestartPause } from "../restart-pause.ts";
import { systemTimers } from "../system-timers.ts";
import type { Timers } from "../timers.ts";
import type { Offer, ToolDefinition, Upstream, UpstreamCall } from "../upstream.ts";
import { shakeHands } from "./handshake.ts";
import type { Greeting } from "./handshake.ts";
import { Session } from "./session.ts";
import type { ServerCommand } from "./server-process.ts";
import { INHERITED_VARIABLES, inheritedEnvironment } from "./system-environment.ts";
import { listTools } from "./tool-listing.ts";

/** A server that promised to tell when its tools change is believed for this long; one that did not is asked each time. */
export const LISTING_AGE_MS_MAX = 60_000;
/** A server whose tools change while they are listed is asked again this often. */
const LISTINGS_MAX = 3;
/** The member of `_meta` in which a call carries its idempotency key. */
export const IDEMPOTENCY_META = "aura/idempotency-key";

export interface StdioUpstreamOptions {
  /** What registrations call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Set for the server, over what it inherits. Here, and only here, it gets its secrets. */
  readonly env?: { readonly [name: string]: string };
  /** Names of our own variables that it inherits: `PATH` alone unless said otherwise. */
  readonly inherits?: readonly string[];
  readonly clock?: Clock;
  readonly timers?: Timers;
}

/**
 * A server of the Model Context Protocol as a child process, spoken to over its standard streams. Started when it is first
 * needed and once, however many ask; one that died is started again by the next use, and with a growing pause once it died
 * several times in a row (`FREE_STARTS`, `PAUSE_MS`). A server that stopped answering is
 * killed when it is next asked for its tools in vain and nobody else waits for it.
 *
 * It ends with {@link Upstream.close}: input closed, SIGTERM after 2 s, SIGKILL after 4 s. If we die without that, the
 * system closes its input, and a server that follows the protocol exits; one that does not is ended by whatever ends our
 * process group.
 */
export function stdioUpstream(options: StdioUpstreamOptions): Upstream {
  return new StdioUpstream(options);
}

/** A server that answered `initialize`. */
interface Started {
  readonly session: Session;
  readonly greeting: Greeting;
}

/** What a session's server listed, and up to which change that holds. */
interface Listing extends Started {
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  readonly changes: number;
  readonly askedMs: number;
}

class StdioUpstream implements Upstream {
  readonly name: string;
  readonly #command: ServerCommand;
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** Every session whose process may still be there. */
  readonly #sessions = new Set<Session>();
  readonly #pause = new RestartPause();
  #started: Promise<Started> | undefined;
  #listing: Listing | undefined;
  #asking: Promise<Listing> | undefined;
  #closed = false;

  constructor({ name, command, args, cwd, env, inherits = INHERITED_VARIABLES, ...ports }: StdioUpstreamOptions) {
    this.name = name;
    this.#command = { command, args, cwd, env: { ...inheritedEnvironment(inherits), ...env } };
    this.#clock = ports.clock ?? systemClock;
    this.#timers = ports.timers ?? systemTimers;
  }

  async offer(): Promise<Offer> {
    if (this.#closed) throw upstreamUnavailable(this.name, "The gateway is closed.");
    if (this.#listing !== undefined && this.#isFresh(this.#listing)) return offerOf(this.#listing);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return offerOf(await this.#asking);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.stop()));
    this.#sessions.clear();
  }

  #isFresh(listing: Listing): boolean {
    if (!isCurrent(listing) || !listing.greeting.tellsChanges) return false;
    const ageMs = this.#clock.nowMs() - listing.askedMs;
    return ageMs >= 0 && ageMs < LISTING_AGE_MS_MAX;
  }

  async #ask(): Promise<Listing> {
    const started = await this.#start();
    const { session, greeting } = started;
    try {
      for (let asked = 0; asked < LISTINGS_MAX; asked += 1) {
        const before = { changes: session.changes(), askedMs: this.#clock.nowMs() };
        const tools = greeting.offersTools ? await listTools(session) : new Map<string, ToolDefinition>();
        const listing = { ...started, ...before, tools };
        if (isCurrent(listing)) {
          this.#listing = listing;
          return listing;
        }
      }
    } catch (error) {
      if (!isAuraError(error, "gateway/server_malformed")) throw error;
      if (session.isIdle()) session.cut("It does not answer.");
      throw this.#unavailable(session, error);
    }
    throw this.#unavailable(session, undefined);
  }

  async #start(): Promise<Started> {
    const started = await this.#started?.catch(() => undefined);
    if (started?.session.isOpen()) return started;
    this.#started = this.#startSession();
    return this.#started;
  }

  async #startSession(): Promise<Started> {
    if (this.#closed) throw upstreamUnavailable(this.name, "The gateway is closed.");
    for (const session of this.#sessions) if (session.endedBy() !== undefined) this.#forget(session);
    const waitMs = this.#pause.waitMs(this.#clock.nowMs());
    if (waitMs > 0)
      throw upstreamUnavailable(this.name, `It died several times in a row; it may start again in ${waitMs} ms.`);
    const session = this.#openSession();
    this.#sessions.add(session);
    this.#pause.started(this.#clock.nowMs());
    try {
      return { session, greeting: await shakeHands(session) };
    } catch (error) {
      if (!isAuraError(error, "gateway/server_malformed")) throw error;
      session.cut("It did not start.");
      throw this.#unavailable(session, error);
    }
  }

  #openSession(): Session {
    try {
      return new Session(this.#command, this.#timers, () => this.#pause.ended(this.#clock.nowMs()));
    } catch (error) {
      throw upstreamUnavailable(this.name, "The system refuses to start such a process.", error);
    }
  }

  /** Its process is dead or dying; it is waited for, so that `close` finds nobody left. */
  #forget(session: Session): void {
    void session.stop().then(() => this.#sessions.delete(session));
  }

  #unavailable(session: Session, error: AuraError | undefined): GatewayError {
    const why = error?.what ?? "Its tools change faster than they can be listed.";
    const stderr = session.stderr().trim();
    return upstreamUnavailable(this.name, why, stderr === "" ? error : new Error(stderr, { cause: error }));
  }
}

function isCurrent({ session, changes }: Listing): boolean {
  return session.isOpen() && session.changes() === changes;
}

function offerOf(listing: Listing): Offer {
  const { session, tools } = listing;
  return {
    tools,
    isCurrent: () => isCurrent(listing),
    isCongested: () => session.isCongested(),
    drained: () => session.drained(),
    call: ({ tool, arguments: args, idempotencyKey, timeoutMs, signal }: UpstreamCall) =>
      session.request(
        "tools/call",
        { name: tool, arguments: args, _meta: { [IDEMPOTENCY_META]: idempotencyKey } },
        timeoutMs,
        signal,
      ),
  };
}
