import type { LoggedEntry, LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { storyOf, TOLD_PAYLOADS } from "./story.ts";
import type { Line, Opened } from "./story.ts";

/** Tells what is committed, as it is committed, from the log itself. */
export interface Narrator {
  /** Says that the log may have grown; returns at once. */
  wake(): void;
  /** Says that a tree was signed. */
  signed(tree: SignedTree): void;
  /** Resolves when everything committed so far is told, or could not be. Never rejects. */
  settled(): Promise<void>;
  /** Resolves when everything committed so far is told; from then on it is silent, whatever still runs. */
  close(): Promise<void>;
}

export interface Narration {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  /** The first entry to tell: what came before is the past. */
  readonly from: number;
  /** Takes each entry, in order, before its lines. */
  readonly show: (logged: LoggedEntry) => void;
  readonly tell: (line: Line) => void;
  /** Takes why the log could not be read or told. Nothing is lost: the next wake begins at the same entry. */
  readonly trouble: (error: unknown) => void;
}

export function createNarrator(narration: Narration): Narrator {
  let next = narration.from;
  let told: Promise<void> = Promise.resolve();
  let waiting = false;
  let lastSigned = 0;
  let closed = false;

  const then = (act: () => void | Promise<void>): void => {
    told = told.then(act).catch(narration.trouble);
  };
  const wake = (): void => {
    if (waiting || closed) return;
    waiting = true;
    then(async () => {
      waiting = false;
      await tellOn();
    });
  };
  const tellOn = async (): Promise<void> => {
    for await (const logged of narration.store.readLog(narration.context, next)) {
      await tellEntry(narration, logged);
      next = logged.seq + 1;
    }
  };
  return {
    wake,
    signed: (tree) => {
      if (closed || tree.size === lastSigned) return;
      lastSigned = tree.size;
      wake();
      then(() => narration.tell(checkpointLine(tree)));
    },
    settled: () => told,
    close: () => {
      closed = true;
      return told;
    },
  };
}

async function tellEntry({ store, context, show, tell }: Narration, logged: LoggedEntry): Promise<void> {
  const opened = await openTold(store, context, logged);
  show(logged);
  for (const line of storyOf(logged.entry, opened)) tell(line);
}

/** The texts that a story quotes from an entry. */
export async function openTold(
  store: LogStore,
  context: NamespaceContext,
  { entry }: Pick<LoggedEntry, "entry">,
): Promise<Opened> {
  const names = Object.entries(entry.payloads).filter(([name]) => TOLD_PAYLOADS.includes(name));
  const texts = await Promise.all(
    names.map(async ([name, commitment]) => {
      const payload = await store.payload(context, commitment);
      return [name, payload === undefined ? undefined : payload === "erased" ? "(erased)" : payload.text] as const;
    }),
  );
  return Object.fromEntries(texts);
}

function checkpointLine({ size, root }: SignedTree): Line {
  return [
    { text: "              log      ", tone: "dim" },
    { text: `${size} entries, root ${root}`, tone: "plain" },
    { text: "  signed", tone: "dim" },
  ];
}
