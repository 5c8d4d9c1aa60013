import { backoffMs } from "./backoff.ts";
import type { Machine } from "./machine.ts";
import type { Health, LoggedEntry, Now } from "./runtime-api.ts";
import { get, ProblemError } from "./runtime-client.ts";

/** How the page stands to its runtime. */
export type LinkState =
  | { readonly kind: "connecting" }
  | {
      readonly kind: "live";
      readonly health: Health;
      /** After an absence: how long it was, and whether another process answers now. */
      readonly back?: {
        readonly afterMs: number;
        readonly pidBefore: number;
        readonly atMs: number;
        readonly size: number;
      };
    }
  | {
      readonly kind: "gone";
      readonly sinceMs: number;
      readonly attempt: number;
      readonly nextMs: number;
      readonly pid: number | null;
    }
  | { readonly kind: "no_session" };

/** Entries that stay at hand for the log screen. */
export const LIVE_ENTRIES_MAX = 1_000;

/** A connection that breaks again this soon broke for the same reason. */
const ONE_ABSENCE_MS = 20_000;

export interface LinkEvents {
  /** Something is in the log that was not there before. */
  readonly onEntry: (logged: LoggedEntry) => void;
  readonly onCheckpoint: () => void;
  /** It may have missed what did not come as an entry: everything on the screen is asked for again. */
  readonly onBack: () => void;
}

/**
 * Holds the one stream of events, and takes it up again where it broke: by the number of the last entry, so that nothing is
 * missed and nothing is shown twice. It tries for ever, with a growing pause, and at once when a person asks.
 */
export class RuntimeLink {
  readonly #events: LinkEvents;
  readonly #machine: Pick<Machine, "nowMs" | "after">;
  readonly #listeners = new Set<() => void>();
  #state: LinkState = { kind: "connecting" };
  #entries: readonly LoggedEntry[] = [];
  #source: EventSource | undefined;
  #stopWaiting: () => void = () => undefined;
  #lastSeq: number | undefined;
  #lastHealth: Health | undefined;
  #goneSinceMs: number | undefined;
  #attempt = 0;
  /** Counts connections: what an older one still answers is not heard any more. */
  #turn = 0;
  #pidBefore: number | undefined;
  #pidChangedMs = 0;
  #closed = false;

  constructor(events: LinkEvents, machine: Pick<Machine, "nowMs" | "after">) {
    this.#events = events;
    this.#machine = machine;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): LinkState => this.#state;
  /** What came by since the page was opened, oldest first. */
  readonly entries = (): readonly LoggedEntry[] => this.#entries;

  /** Connects, or tries again at once. */
  readonly connect = (): void => {
    this.#stopWaiting();
    this.#source?.close();
    this.#source = undefined;
    const turn = (this.#turn += 1);
    void this.#open(turn).catch((error: unknown) => {
      if (turn === this.#turn) this.#failed(error);
    });
  };

  close(): void {
    this.#closed = true;
    this.#stopWaiting();
    this.#source?.close();
  }

  async #open(turn: number): Promise<void> {
    const health = await get<Health>("/v1/health");
    const now = await get<Now>("/v1/now"); // asks for the session, which health does not
    if (this.#closed || turn !== this.#turn) return;
    this.#lastSeq ??= now.log.size - 1;
    const source = new EventSource(`/v1/events?after=${this.#lastSeq}`);
    this.#source = source;
    source.addEventListener("open", () => this.#opened(health, now));
    source.addEventListener("error", () => {
      // The browser would try again by itself, but not say so: we close, tell, and try in our own rhythm.
      if (this.#source !== source) return;
      source.close();
      this.#failed(undefined);
    });
    source.addEventListener("entry", ({ data }: MessageEvent<string>) => this.#take(JSON.parse(data) as LoggedEntry));
    source.addEventListener("checkpoint", () => this.#events.onCheckpoint());
  }

  #opened(health: Health, now: Now): void {
    const before = this.#lastHealth;
    // A connection that breaks twice in one absence must not hide that another process answers.
    const goneMs = this.#goneSinceMs;
    if (before !== undefined && before.pid !== health.pid) {
      this.#pidBefore = before.pid;
      this.#pidChangedMs = this.#machine.nowMs();
    } else if (goneMs !== undefined && goneMs - this.#pidChangedMs > ONE_ABSENCE_MS) this.#pidBefore = undefined;
    this.#lastHealth = health;
    this.#goneSinceMs = undefined;
    this.#attempt = 0;
    const nowMs = this.#machine.nowMs();
    this.#set(
      goneMs === undefined || before === undefined
        ? { kind: "live", health }
        : {
            kind: "live",
            health,
            back: {
              afterMs: nowMs - goneMs,
              pidBefore: this.#pidBefore ?? before.pid,
              atMs: nowMs,
              size: now.log.size,
            },
          },
    );
    this.#events.onBack();
  }

  #take(logged: LoggedEntry): void {
    if (this.#lastSeq !== undefined && logged.seq <= this.#lastSeq) return;
    this.#lastSeq = logged.seq;
    this.#entries = [...this.#entries, logged].slice(-LIVE_ENTRIES_MAX);
    this.#tell();
    this.#events.onEntry(logged);
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    if (error instanceof ProblemError && (error.problem.status === 401 || error.problem.status === 403)) {
      this.#set({ kind: "no_session" });
      return;
    }
    this.#attempt += 1;
    this.#goneSinceMs ??= this.#machine.nowMs();
    const waitMs = backoffMs(this.#attempt);
    this.#set({
      kind: "gone",
      sinceMs: this.#goneSinceMs,
      attempt: this.#attempt,
      nextMs: this.#machine.nowMs() + waitMs,
      pid: this.#lastHealth?.pid ?? null,
    });
    this.#stopWaiting = this.#machine.after(waitMs, this.connect);
  }

  #set(state: LinkState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
