import type { Answer, EntryDraft, Head, LogStore, NamespaceContext, Unit, Write } from "@aura/store";
import { chainEntries, headAfter } from "@aura/store";
import type { Random } from "@aura/trust";
import { uuidv7 } from "@aura/trust";
import type { RunLane } from "../index.ts";
import { TIME_BUILDS_MAX, isTimeOff } from "../index.ts";

const ACTOR = { id: "engine", custody: "runtime" } as const;

/** The plainest lane: one unit after the other. Opening it takes the run over. */
export class TestRunLane implements RunLane {
  readonly stream: string;
  #head: Head;
  #open = true;
  #last: Promise<unknown> = Promise.resolve();
  readonly #world: { readonly store: LogStore; readonly context: NamespaceContext; readonly random: Random };

  private constructor(world: TestRunLane["world"], stream: string, head: Head) {
    this.#world = world;
    this.stream = stream;
    this.#head = head;
  }

  get world(): { readonly store: LogStore; readonly context: NamespaceContext; readonly random: Random } {
    return this.#world;
  }

  get fence(): number {
    return this.#head.fence;
  }

  static async takeOver(world: TestRunLane["world"], mission: string): Promise<TestRunLane> {
    const stream = `mission/${mission}/run/1`;
    const lane = new TestRunLane(world, stream, await world.store.head(world.context, stream));
    const type = lane.#head.version === 0 ? "run.started" : "run.taken_over";
    const draft: EntryDraft = { type, actor: ACTOR, data: {}, takeOver: true };
    const answer = await lane.append([draft], (write, id) => ({ id, writes: [write], reads: [], payloads: [] }));
    if (answer.kind !== "appended") throw new Error(`the run could not be taken over: ${answer.kind}`);
    return lane;
  }

  held(): boolean {
    return this.#open;
  }

  append(
    drafts: readonly EntryDraft[],
    build: (write: Write, unitId: string, timeMs: number) => Unit,
  ): Promise<Answer> {
    const mine = this.#last.then(() => this.#append(drafts, build));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #append(drafts: readonly EntryDraft[], build: (write: Write, unitId: string, timeMs: number) => Unit) {
    for (let builds = 1; ; builds += 1) {
      const answer = await this.#appendOnce(drafts, build);
      if (builds < TIME_BUILDS_MAX && isTimeOff(answer)) continue;
      this.#open &&= answer.kind === "appended";
      return answer;
    }
  }

  async #appendOnce(drafts: readonly EntryDraft[], build: (write: Write, unitId: string, timeMs: number) => Unit) {
    const { store, context, random } = this.#world;
    const timeMs = store.nowMs();
    const unit = uuidv7(timeMs, random);
    const head = this.#head;
    const { stream } = this;
    const entries = chainEntries({ namespace: context.namespace, stream, head, unit, timeMs, drafts });
    const write: Write = { stream, after: head.version, fence: head.fence, entries };
    const [answer] = await store.append(context, [build(write, unit, timeMs)]);
    if (answer === undefined) throw new Error("a store answers every unit");
    if (answer.kind === "appended") this.#head = headAfter(head, entries);
    return answer;
  }
}
