import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import type { Broker } from "@aura/mission";
import type { LogStore } from "@aura/store";
import { observedStore } from "../src/observed-store.ts";
import type { Decorators } from "../src/wire.ts";
import type { CrashPoint } from "./crash-point.ts";

/** What the side file of sends holds, one JSON object a line, on disk before the bytes leave. */
export interface SendLine {
  readonly mission: string;
  readonly call: string;
  readonly tool: string;
  readonly idempotencyKey: string;
}

/** What a process that dies on purpose is told. */
export interface Errand {
  /** `undefined`: do not die, count. */
  readonly point?: CrashPoint;
  /** Path of the side file of sends. */
  readonly sends: string;
  /** Path of the file that gets the counts of a process that lived. */
  readonly counts: string;
}

/** Counts commits and sends, writes each send down before it leaves, and kills the process group at the point. */
export function dieAt(
  errand: Errand,
  kill: () => void,
  counted: (count: { commits: number; sends: number }) => void,
): Decorators {
  const count = { commits: 0, sends: 0 };
  const sideFile = openSync(errand.sends, "a", 0o600);
  const around = async <Value>(at: CrashPoint["at"], act: () => Promise<Value>): Promise<Value> => {
    const nth = at === "commit" ? (count.commits += 1) : (count.sends += 1);
    const due = errand.point?.at === at && errand.point.nth === nth ? errand.point.side : undefined;
    if (due === "before") kill();
    const value = await act();
    if (due === "after") kill();
    counted(count);
    return value;
  };
  return {
    store: (store: LogStore): LogStore => ({
      ...observedStore(store, () => undefined),
      append: (context, units) => around("commit", () => store.append(context, units)),
      checkpoint: (context, sign) => around("commit", () => store.checkpoint(context, sign)),
      close: () => {
        closeSync(sideFile);
        return store.close();
      },
    }),
    broker: (broker: Broker): Broker => ({
      find: (sending) => broker.find(sending),
      send: (sending) =>
        around("send", () => {
          const { mission, callKey, tool, idempotencyKey } = sending;
          const line: SendLine = { mission, call: callKey, tool: tool.name, idempotencyKey };
          writeSync(sideFile, `${JSON.stringify(line)}\n`);
          fsyncSync(sideFile);
          return broker.send(sending);
        }),
    }),
  };
}
