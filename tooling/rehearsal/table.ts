/** What a rehearsal found, one line for each promise as it is tried. */
export interface Table {
  /** Everything after it belongs to this step. */
  step(name: string): void;
  row(promise: string, held: boolean, seen?: string): void;
  /** The same values, in the same order. */
  equal(promise: string, seen: readonly string[], expected: readonly string[]): void;
  /** How many promises held and how many did not. */
  count(): { readonly held: number; readonly broken: number };
}

export function openTable(write: (line: string) => void): Table {
  const started = performance.now();
  let [held, broken] = [0, 0];
  const row = (promise: string, holds: boolean, seen = ""): void => {
    if (holds) held += 1;
    else broken += 1;
    write(`  ${holds ? "ok  " : "FAIL"} ${promise}${seen === "" ? "" : `  (${seen})`}`);
  };
  return {
    step: (name) => write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${name}`),
    row,
    equal: (promise, seen, expected) => {
      const holds = JSON.stringify(seen) === JSON.stringify(expected);
      row(promise, holds, holds ? seen.join(", ") : `wanted ${expected.join(", ")}; saw ${seen.join(", ")}`);
    },
    count: () => ({ held, broken }),
  };
}
