import type { LogStore } from "@aura/store";

/** The store, which says after each append that added something. */
export function observedStore(store: LogStore, appended: () => void): LogStore {
  return {
    nowMs: () => store.nowMs(),
    append: async (context, units) => {
      const answers = await store.append(context, units);
      if (answers.some(({ kind }) => kind === "appended")) appended();
      return answers;
    },
    head: (...asked) => store.head(...asked),
    read: (...asked) => store.read(...asked),
    streams: (...asked) => store.streams(...asked),
    readLog: (...asked) => store.readLog(...asked),
    size: (...asked) => store.size(...asked),
    payload: (...asked) => store.payload(...asked),
    row: (...asked) => store.row(...asked),
    rows: (...asked) => store.rows(...asked),
    counter: (...asked) => store.counter(...asked),
    signedTree: (...asked) => store.signedTree(...asked),
    checkpoint: (...asked) => store.checkpoint(...asked),
    inclusionProof: (...asked) => store.inclusionProof(...asked),
    consistencyProof: (...asked) => store.consistencyProof(...asked),
    position: (...asked) => store.position(...asked),
    rebuild: (...asked) => store.rebuild(...asked),
    tables: (...asked) => store.tables(...asked),
    close: () => store.close(),
  };
}
