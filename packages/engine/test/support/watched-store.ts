import { interceptAppend } from "@aura/mission/testing";
import type { LogStore } from "@aura/store";

/** Tells of every append. */
export function watching(store: LogStore, told: () => void): LogStore {
  return interceptAppend(store, (append, ...args) => {
    told();
    return append(...args);
  });
}

/** Another process's handle on the same log. */
export function sameLog(store: LogStore): LogStore {
  return watching(store, () => undefined);
}
