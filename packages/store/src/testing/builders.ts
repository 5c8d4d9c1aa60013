import { commit, encodeBase64url } from "@aura/trust";
import type { Actor, Clock, JsonObject } from "@aura/trust";
import { EMPTY_HEAD, chainEntries } from "../index.ts";
import type {
  Answer,
  EntryDraft,
  Head,
  LogStore,
  NamespaceContext,
  Payload,
  Projection,
  Read,
  Unit,
  Write,
} from "../index.ts";

/** 2026-11-24T12:00:00Z: where a test's clock starts. */
export const TEST_TIME_MS = Date.UTC(2026, 10, 24, 12);

/** A clock that moves when it is told to. */
export class FakeClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number = TEST_TIME_MS) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** @param byMs may be negative: somebody set the clock back. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}

export function aNamespace(namespace = "acme"): NamespaceContext {
  return { namespace };
}

let unitsMinted = 0;

/** A UUIDv7 in form, another one each time, in order. */
export function aUnitId(): string {
  unitsMinted += 1;
  return `00000000-0000-7000-8000-${unitsMinted.toString(16).padStart(12, "0")}`;
}

export const AN_ACTOR: Actor = { id: "invoice-clerk", custody: "runtime" };

export function anEntryDraft(override: Partial<EntryDraft> = {}): EntryDraft {
  return { type: "note.written", actor: AN_ACTOR, data: { text: "hello" }, ...override };
}

/** A write of `drafts` (one plain draft if not said) that follows `head` (the empty stream if not said). */
export interface WriteRecipe {
  readonly stream: string;
  readonly head?: Head;
  readonly drafts?: readonly EntryDraft[];
}

/** A sound unit: one write to `mission/m1`, unless told otherwise. */
export function aUnit({
  namespace = "acme",
  id = aUnitId(),
  timeMs = TEST_TIME_MS,
  writes = [{ stream: "mission/m1" }],
  reads = [],
  payloads = [],
}: {
  readonly namespace?: string;
  readonly id?: string;
  readonly timeMs?: number;
  readonly writes?: readonly WriteRecipe[];
  readonly reads?: readonly Read[];
  readonly payloads?: readonly Payload[];
} = {}): Unit {
  return { id, writes: writes.map((recipe) => aWrite({ namespace, unit: id, timeMs, recipe })), reads, payloads };
}

function aWrite({
  recipe,
  ...unit
}: {
  readonly namespace: string;
  readonly unit: string;
  readonly timeMs: number;
  readonly recipe: WriteRecipe;
}): Write {
  const { stream, head = EMPTY_HEAD, drafts = [anEntryDraft()] } = recipe;
  const entries = chainEntries({ ...unit, stream, head, drafts });
  return { stream, after: head.version, fence: head.fence, entries };
}

/** A payload that opens, of any text. The nonce counts `seed` up, so that one text may have two commitments. */
export function aPayload(text = '"payload"', seed = 1): Payload {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, seed);
  const nonce = encodeBase64url(bytes);
  return { commitment: commit(nonce, text), nonce, text };
}

/** Appends drafts to one stream on the head it has now. Nobody else may write the stream meanwhile. */
export async function appendTo(
  store: LogStore,
  context: NamespaceContext,
  recipe: Omit<WriteRecipe, "head"> & { readonly payloads?: readonly Payload[] },
): Promise<Answer | undefined> {
  const head = await store.head(context, recipe.stream);
  const unit = aUnit({
    namespace: context.namespace,
    timeMs: store.nowMs(),
    writes: [{ ...recipe, head }],
    payloads: recipe.payloads ?? [],
  });
  const [answer] = await store.append(context, [unit]);
  return answer;
}

/**
 * Folds what an entry's `data` says into the tables: `add` [counter, delta, ceiling, code], `put` [table, key, members],
 * `drop` [table, key]. So a test says in its entry what the tables should do.
 */
export const spokenProjection: Projection = {
  name: "spoken",
  project({ data }) {
    const { add, put, drop } = data as SpokenChanges;
    return [
      ...(add ?? []).map((change) => ({ kind: "add" as const, ...change })),
      ...(put ?? []).map((change) => ({ kind: "put" as const, ...change })),
      ...(drop ?? []).map((change) => ({ kind: "drop" as const, ...change })),
    ];
  },
};

/** What {@link spokenProjection} reads from an entry's data. */
export interface SpokenChanges {
  readonly add?: readonly {
    readonly counter: string;
    readonly delta: number;
    readonly ceiling?: number;
    readonly code?: string;
  }[];
  readonly put?: readonly { readonly table: string; readonly key: string; readonly members: JsonObject }[];
  readonly drop?: readonly { readonly table: string; readonly key: string }[];
}

/** A draft whose data speaks changes to {@link spokenProjection}. */
export function aChange(changes: SpokenChanges): EntryDraft {
  return anEntryDraft({ type: "table.changed", data: changes as JsonObject });
}
