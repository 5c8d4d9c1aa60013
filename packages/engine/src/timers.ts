/** Wakes at a store time. A wake-up is a hint: the engine looks at the store's clock again. */
export interface Timers {
  /** Calls `wake` once, at or after the moment the store's clock shows `timeMs`, never from inside this call. The answer cancels it. */
  wakeAt(timeMs: number, wake: () => void): () => void;
}
