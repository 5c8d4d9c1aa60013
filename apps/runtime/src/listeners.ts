import type { SignedTree } from "@aura/store";

/** Who is told what happens. */
export interface Listener {
  readonly appended?: () => void;
  readonly signed?: (tree: SignedTree) => void;
  readonly trouble?: (error: unknown) => void;
}

/** Everybody who is told, in the order in which they asked. */
export interface Listeners extends Required<Listener> {
  /** The answer ends it. */
  readonly observe: (listener: Listener) => () => void;
}

export function createListeners(first: Listener): Listeners {
  const all = new Set<Listener>([first]);
  return {
    appended: () => {
      for (const { appended } of all) appended?.();
    },
    signed: (tree) => {
      for (const { signed } of all) signed?.(tree);
    },
    trouble: (error) => {
      for (const { trouble } of all) trouble?.(error);
    },
    observe: (listener) => {
      all.add(listener);
      return () => all.delete(listener);
    },
  };
}
