/** Waiting as a port. Only its adapter holds a timer. */
export interface Timers {
  /** Calls `wake` once, `delayMs` from now or a little later, never from inside this call. The answer cancels it. */
  after(delayMs: number, wake: () => void): () => void;
}

/**
 * What `promise` comes to, or `undefined` once `delayMs` have passed without an answer, or `signal` has aborted. The promise goes on
 * by itself.
 */
export async function within<Value>(
  timers: Timers,
  delayMs: number,
  promise: Promise<Value>,
  signal?: AbortSignal,
): Promise<Value | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => resolve(undefined);
  const cancel = timers.after(Math.max(delayMs, 0), end);
  const unsubscribe = onAbort(signal, end);
  promise.catch(() => undefined); // if it fails after the time is over, nobody is there to hear it
  try {
    return await Promise.race([promise, over]);
  } finally {
    cancel();
    unsubscribe();
  }
}

/** Calls `act` once `signal` aborts: at once, if it has. The answer unsubscribes it. */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}
