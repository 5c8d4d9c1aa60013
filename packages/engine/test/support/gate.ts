/** Something to wait for, and what lets it pass. */
export function aGate(): readonly [gate: Promise<void>, open: () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}
