import type { QueryClient } from "@tanstack/react-query";
import type { Machine } from "./machine.ts";
import type { LinkEvents } from "./runtime-link.ts";

/** Events that come in one burst are answered by one round of requests. */
const GATHER_MS = 120;

/** The mission that an entry is about, by the name of its stream. */
export function missionOfStream(stream: string): string | undefined {
  return /^mission\/([^/]+)/.exec(stream)?.[1];
}

/** Asks again for what an event may have changed, and for nothing else. */
export function refreshOnEvents(queries: QueryClient, machine: Pick<Machine, "after">): LinkEvents {
  const due = new Map<string, readonly unknown[]>();
  let gathering = false;
  const ask = (...key: readonly unknown[]): void => {
    due.set(JSON.stringify(key), key);
    if (gathering) return;
    gathering = true;
    machine.after(GATHER_MS, () => {
      gathering = false;
      const keys = [...due.values()];
      due.clear();
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
    });
  };
  return {
    onEntry: ({ entry }) => {
      const mission = missionOfStream(entry.stream);
      ask("now");
      if (mission !== undefined) {
        ask("missions");
        ask("mission", mission);
        ask("approvals");
        ask("demo");
      } else if (entry.stream === "control") {
        ask("approvers");
        ask("approvals");
      }
    },
    onCheckpoint: () => {
      ask("now");
      ask("checkpoint");
    },
    onBack: () => void queries.invalidateQueries(),
  };
}
