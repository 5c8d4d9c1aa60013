import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { MemoryLogStore } from "@aura/store";
import { systemRandom, uuidv7 } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { createEventStreams } from "../../src/http/event-stream.ts";
import type { EventStreams } from "../../src/http/event-stream.ts";
import { STREAM_HEARTBEAT_MS, STREAM_STALL_MS } from "../../src/http/limits.ts";
import { record, RUNTIME } from "../../src/record.ts";

/** A client that reads when the test lets it. */
class Client extends EventEmitter {
  readonly texts: string[] = [];
  writableNeedDrain = false;
  destroyed = false;

  write(text: string): boolean {
    this.texts.push(text);
    return !this.writableNeedDrain;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }

  /** Sequence numbers of the entries that it was sent. */
  get seqs(): readonly number[] {
    return this.texts.flatMap((text) => /^id: ([0-9]+)$/m.exec(text)?.[1] ?? []).map(Number);
  }
}

/** A clock that moves by hand, and says when somebody waits for it. */
class HandTimers extends EventEmitter {
  readonly #waiting = new Set<{ readonly timeMs: number; readonly wake: () => void }>();
  #nowMs = 1_000_000;

  readonly nowMs = (): number => this.#nowMs;

  wakeAt(timeMs: number, wake: () => void): () => void {
    const one = { timeMs, wake };
    this.#waiting.add(one);
    this.emit("waiting");
    return () => void this.#waiting.delete(one);
  }

  /** Resolves when somebody waits for so long from now. */
  async waitedFor(forMs: number): Promise<void> {
    while (![...this.#waiting].some(({ timeMs }) => timeMs === this.#nowMs + forMs)) await once(this, "waiting");
  }

  pass(byMs: number): void {
    this.#nowMs += byMs;
    for (const one of this.#waiting) {
      if (one.timeMs > this.#nowMs) continue;
      this.#waiting.delete(one);
      one.wake();
    }
  }
}

let timers: HandTimers;
let store: MemoryLogStore;
let streams: EventStreams;
let client: Client;
const context = { namespace: uuidv7(1_000_000, systemRandom) };

beforeEach(() => {
  timers = new HandTimers();
  store = new MemoryLogStore({ clock: timers, projections: [] });
  streams = createEventStreams({ store, context, timers });
  client = new Client();
});

async function grow(): Promise<void> {
  await record({ store, context, random: systemRandom }, "control", { type: "test.grown", actor: RUNTIME, data: {} });
  streams.wake();
}

function follow(after: number): Promise<void> {
  return streams.follow(client as unknown as ServerResponse, after);
}

describe("an event stream", () => {
  it("goes on after the entry that its client saw last, and tells each later one once, as it comes", async () => {
    for (let entry = 0; entry < 3; entry += 1) await grow();
    const followed = follow(0);
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    expect(client.seqs).toEqual([1, 2]);
    await grow();
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    streams.close();
    await followed;
    expect(client.seqs).toEqual([1, 2, 3]);
  });

  it("ends once its client may read no longer, at the next sign of life at the latest, however busy the log is", async () => {
    let may = true;
    const followed = streams.follow(client as unknown as ServerResponse, -1, async () => may);
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    may = false;
    timers.pass(STREAM_HEARTBEAT_MS - 1);
    await grow();
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    expect(client.seqs).toEqual([0]);
    timers.pass(1);
    await grow();
    await followed;
    expect([client.seqs, client.destroyed]).toEqual([[0], true]);
  });

  it("gives a sign of life on a quiet log each time the heartbeat is due, and not before", async () => {
    const followed = follow(-1);
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    timers.pass(STREAM_HEARTBEAT_MS - 1);
    expect(client.texts).toEqual(["retry: 1000\n\n"]);
    timers.pass(1);
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    timers.pass(STREAM_HEARTBEAT_MS);
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    expect(client.texts).toEqual(["retry: 1000\n\n", ": still here\n\n", ": still here\n\n"]);
    streams.close();
    await followed;
  });

  it("is cut when its client does not read, and nothing is kept for it", async () => {
    for (let entry = 0; entry < 3; entry += 1) await grow();
    client.writableNeedDrain = true;
    const followed = follow(-1);
    await timers.waitedFor(STREAM_STALL_MS);
    timers.pass(STREAM_STALL_MS - 1);
    expect([client.destroyed, client.texts.length]).toEqual([false, 1]);
    timers.pass(1);
    await followed;
    expect([client.destroyed, client.seqs]).toEqual([true, []]);
  });

  it("waits for a client that reads slowly, and goes on where it was", async () => {
    await grow();
    client.writableNeedDrain = true;
    const followed = follow(-1);
    await timers.waitedFor(STREAM_STALL_MS);
    timers.pass(STREAM_STALL_MS - 1);
    client.writableNeedDrain = false;
    client.emit("drain");
    await timers.waitedFor(STREAM_HEARTBEAT_MS);
    expect([client.destroyed, client.seqs]).toEqual([false, [0]]);
    streams.close();
    await followed;
  });
});
