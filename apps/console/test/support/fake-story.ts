import type { JsonObject } from "@aura/trust";
import type { TimelineItem } from "../../src/runtime-api.ts";
import type { FakeLog } from "./fake-log.ts";

/** A mission's life on the log, told as it goes. */
export class Story {
  readonly timeline: TimelineItem[] = [];
  readonly id: string;
  readonly #log: FakeLog;
  #atMs: number;

  constructor(log: FakeLog, id: string, startMs: number) {
    this.#log = log;
    this.id = id;
    this.#atMs = startMs;
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** @param at stream below the mission's own, "" for its own */
  next(at: string, type: string, summary: string, ms = 40, data: JsonObject = {}): this {
    this.#atMs += ms;
    const stream = `mission/${this.id}${at === "" ? "" : `/${at}`}`;
    const { seq, entry } = this.#log.append(stream, type, { timeMs: this.#atMs, data });
    this.timeline.push({ seq, timeMs: entry.timeMs, stream, type, actor: entry.actor, summary });
    return this;
  }

  started(): this {
    return this.next("", "mission.created", "Launched by the office")
      .next("", "mission.planned", "Context frozen")
      .next("", "mission.approval_requested", "Boundary frozen: 4 tools")
      .next("", "mission.approved", "Permitted by clerk-may-work")
      .next("", "mission.queued", "Queued")
      .next("", "mission.started", "Started, 10 minutes to go", 90);
  }

  async sealed(kind: string): Promise<this> {
    this.next("", "mission.finished", `Finished: ${kind}`, 60, { kind });
    this.#atMs += 300;
    await this.#log.seal(this.id, kind, this.#atMs);
    const { seq, entry } = this.#log.entries.at(-1)!;
    this.timeline.push({
      seq,
      timeMs: entry.timeMs,
      stream: entry.stream,
      type: entry.type,
      actor: entry.actor,
      summary: "Outcome signed and sealed",
    });
    return this;
  }
}
