import type { LoggedEntry, LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { storyOf } from "./story.ts";
import type { Line, Opened } from "./story.ts";

/** Tells what is committed, as it is committed, from the log itself. */
export interface Narrator {
  /** Says that the log may have grown; returns at once. */
  wake(): void;
  /** Says that a tree was signed. */
  signed(tree: SignedTree): void;
  /** Resolves when everything committed so far is told. */
  settled(): Promise<void>;
}

export interface Narration {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  /** The first entry to tell: what came before is the past. */
  readonly from: number;
  /** Takes each entry, in order, before its lines. */
  readonly show: (logged: LoggedEntry) => void;
  readonly tell: (line: Line) => void;
}

export function createNarrator(narration: Narration): Narrator {
  let next = narration.from;
  let told: Promise<void> = Promise.resolve();
  let waiting = false;
  let lastSigned = 0;

  const wake = (): void => {
    if (waiting) return;
    waiting = true;
    told = told.then(async () => {
      waiting = false;
      next = await tellFrom(narration, next);
    });
  };
  return {
    wake,
    signed: (tree) => {
      if (tree.size === lastSigned) return;
      lastSigned = tree.size;
      wake();
      told = told.then(() => narration.tell(checkpointLine(tree)));
    },
    settled: () => told,
  };
}

async function tellFrom({ store, context, show, tell }: Narration, from: number): Promise<number> {
  let next = from;
  for await (const logged of store.readLog(context, from)) {
    const opened = await open(store, context, logged);
    show(logged);
    for (const line of storyOf(logged.entry, opened)) tell(line);
    next = logged.seq + 1;
  }
  return next;
}

async function open(store: LogStore, context: NamespaceContext, { entry }: LoggedEntry): Promise<Opened> {
  const names = Object.entries(entry.payloads).filter(([name]) => TOLD_PAYLOADS.includes(name));
  const texts = await Promise.all(
    names.map(async ([name, commitment]) => {
      const payload = await store.payload(context, commitment);
      return [name, payload === undefined ? undefined : payload === "erased" ? "(erased)" : payload.text] as const;
    }),
  );
  return Object.fromEntries(texts);
}

/** Payloads that a story quotes. */
const TOLD_PAYLOADS = ["arguments", "result", "definition", "message", "reason", "cause"];

function checkpointLine({ size, root }: SignedTree): Line {
  return [
    { text: "              log      ", tone: "dim" },
    { text: `${size} entries, root ${root}`, tone: "plain" },
    { text: "  signed", tone: "dim" },
  ];
}
