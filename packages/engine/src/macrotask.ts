/**
 * Resolves in a later macrotask: by then every microtask that was queued before has run, so a function that awaits only
 * its run has gone as far as it can.
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
