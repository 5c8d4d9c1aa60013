import type { ServerResponse } from "node:http";
import type { Timers } from "@aura/engine";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { tooManyStreams } from "./http-error.ts";
import { STREAM_HEARTBEAT_MS, STREAM_STALL_MS, STREAMS_MAX } from "./limits.ts";

/** The log as server-sent events (WHATWG HTML, section 9.2), to any number of clients up to a limit. */
export interface EventStreams {
  /** Asked before the stream begins. @throws `http/too_many_streams` */
  requireRoom(): void;
  /**
   * Writes entries above `after` to `response`, from the log itself, for as long as the client reads: nothing is kept for
   * it but its place. Resolves when it is gone, cut for not reading, may read no longer, or the server stops.
   * @param mayRead asked again every {@link STREAM_HEARTBEAT_MS}: a key that was taken back opens no stream and keeps none
   */
  follow(response: ServerResponse, after: number, mayRead?: () => Promise<boolean>): Promise<void>;
  /** Says that the log may have grown. */
  wake(): void;
  /** Says that a tree was signed. */
  signed(tree: SignedTree): void;
  /** Ends every stream; a client comes back to whoever starts next and goes on where it was. */
  close(): void;
}

export interface EventStreamsParts {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  readonly timers: Timers;
}

/** One client: awake while there may be something for it. */
interface Client {
  wake(): void;
  end(): void;
}

export function createEventStreams(parts: EventStreamsParts): EventStreams {
  const clients = new Set<Client>();
  let newest: SignedTree | undefined;
  return {
    requireRoom: () => {
      if (clients.size >= STREAMS_MAX) throw tooManyStreams();
    },
    follow: async (response, after, mayRead = async () => true) => {
      const bell = createBell(parts, response);
      clients.add(bell);
      try {
        await write(parts, { response, bell, after, mayRead, newest: () => newest });
      } finally {
        clients.delete(bell);
        bell.close();
        response.destroy();
      }
    },
    wake: () => {
      for (const client of clients) client.wake();
    },
    signed: (tree) => {
      newest = tree;
      for (const client of clients) client.wake();
    },
    close: () => {
      for (const client of clients) client.end();
    },
  };
}

interface Bell extends Client {
  readonly ended: boolean;
  /** Resolves when it rang since the last time, or the time came. */
  rung(untilMs: number): Promise<"rung" | "late">;
  close(): void;
}

function createBell({ timers }: EventStreamsParts, response: ServerResponse): Bell {
  let ended = false;
  let rang = false;
  let waiting: (() => void) | undefined;
  const wake = (): void => {
    rang = true;
    waiting?.();
  };
  const end = (): void => {
    ended = true;
    wake();
  };
  response.on("close", end);
  response.on("drain", wake);
  return {
    get ended() {
      return ended;
    },
    wake,
    end,
    rung: async (untilMs) => {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const cancel = timers.wakeAt(untilMs, () => waiting?.());
          waiting = () => {
            cancel();
            waiting = undefined;
            resolve();
          };
        });
      }
      const answer = rang ? "rung" : "late";
      rang = false;
      return answer;
    },
    close: () => {
      response.off("close", end);
      response.off("drain", wake);
    },
  };
}

async function write(
  { store, context }: EventStreamsParts,
  client: {
    readonly response: ServerResponse;
    readonly bell: Bell;
    readonly after: number;
    readonly mayRead: () => Promise<boolean>;
    readonly newest: () => SignedTree | undefined;
  },
): Promise<void> {
  const { response, bell, newest } = client;
  let next = client.after + 1;
  let told: SignedTree | undefined;
  let askedMs = store.nowMs();
  const send = async (text: string): Promise<void> => {
    if (bell.ended || response.write(text)) return;
    const untilMs = store.nowMs() + STREAM_STALL_MS;
    while (!bell.ended && response.writableNeedDrain) {
      if ((await bell.rung(untilMs)) === "late") bell.end(); // it does not read: it is cut, and nothing is kept for it
    }
  };
  await send("retry: 1000\n\n");
  while (!bell.ended) {
    if (store.nowMs() >= askedMs + STREAM_HEARTBEAT_MS) {
      if (!(await client.mayRead())) return;
      askedMs = store.nowMs();
    }
    for await (const { seq, leaf, entry } of store.readLog(context, next)) {
      await send(`id: ${seq}\nevent: entry\ndata: ${JSON.stringify({ seq, leaf, entry })}\n\n`);
      next = seq + 1;
      if (bell.ended) return;
    }
    const tree = newest();
    if (tree !== undefined && tree.size !== told?.size) {
      told = tree;
      await send(
        `event: checkpoint\ndata: ${JSON.stringify({ size: tree.size, root: tree.root, note: tree.note })}\n\n`,
      );
    }
    if ((await bell.rung(store.nowMs() + STREAM_HEARTBEAT_MS)) === "late") await send(": still here\n\n");
  }
}
