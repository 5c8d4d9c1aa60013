import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Broker, Sending } from "@aura/mission";
import type { LogStore, Unit } from "@aura/store";
import { observedStore } from "../src/observed-store.ts";
import type { Decorators } from "../src/wire.ts";
import type { CrashKind, CrashPoint, WorkCount } from "./crash-point.ts";

/** What the side file of sends holds, one JSON object a line, on disk before the bytes leave. */
export interface SendLine {
  readonly mission: string;
  readonly call: string;
  readonly tool: string;
  readonly idempotencyKey: string;
}

/** What is broken on purpose, to see that the verdict says so: `twice` books a payment again, `unasked` sends one without an intent. */
export const BREAKS = ["twice", "unasked"] as const;
export type Break = (typeof BREAKS)[number];

/** What a process that dies on purpose is told. */
export interface Errand {
  /** `undefined`: do not die, count. */
  readonly point?: CrashPoint;
  /** Path of the side file of sends. */
  readonly sends: string;
  /** Path of the file that gets the counts of a process that lived. */
  readonly counts: string;
  /** Agents in the runtime's process: much quicker, and they die with it all the same. */
  readonly agents?: "inside";
  /** Path of the payments server's program; by default the one of the application. */
  readonly paymentsServer?: string;
  readonly broken?: Break;
}

/** What the decorated payments server is told: its environment's `AURA_CRASH`. */
export interface PaymentsErrand {
  readonly group: number;
  readonly nth: number | null;
  readonly side: CrashPoint["side"];
  /** The first payment is booked again under a key of its own. */
  readonly twice: boolean;
}

const PAYMENTS_WRAPPER = fileURLToPath(new URL("payments-server.ts", import.meta.url));

/** Counts work, writes each send down before it leaves, and kills the process group at the point. */
export function dieAt(errand: Errand, kill: () => void, counted: (count: WorkCount) => void): Decorators {
  const count = { commit: 0, send: 0, undo: 0, vote: 0, booking: 0 };
  const sideFile = openSync(errand.sends, "a", 0o600);
  const { point } = errand;
  const send = (broker: Broker, sending: Sending): ReturnType<Broker["send"]> => {
    const { mission, callKey, tool, idempotencyKey } = sending;
    const line: SendLine = { mission, call: callKey, tool: tool.name, idempotencyKey };
    writeSync(sideFile, `${JSON.stringify(line)}\n`);
    fsyncSync(sideFile);
    return broker.send(sending);
  };
  let unasked = errand.broken === "unasked";
  const around = async <Value>(kinds: readonly CrashKind[], act: () => Promise<Value>): Promise<Value> => {
    let due: CrashPoint["side"] | undefined;
    for (const kind of kinds) {
      count[kind] += 1;
      if (point?.at === kind && point.nth === count[kind]) due = point.side;
    }
    if (due === "before") kill();
    const value = await act();
    if (due === "after") kill();
    counted(count);
    return value;
  };
  return {
    ...(errand.agents === undefined ? {} : { agents: errand.agents }),
    store: (store: LogStore): LogStore => ({
      ...observedStore(store, () => undefined),
      append: (context, units) => around(kindsOf(units), () => store.append(context, units)),
      checkpoint: (context, sign) => around(["commit"], () => store.checkpoint(context, sign)),
      close: () => {
        closeSync(sideFile);
        return store.close();
      },
    }),
    broker: (broker: Broker): Broker => ({
      find: (sending) => broker.find(sending),
      send: (sending) =>
        around(isUndo(sending.callKey) ? ["send", "undo"] : ["send"], async () => {
          if (unasked && sending.tool.name === "pay") {
            unasked = false;
            await send(broker, withoutIntent(sending));
          }
          return send(broker, sending);
        }),
    }),
    upstream: (server) => {
      const env = { ...server.env, NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "" };
      if (server.name !== "payments") return { ...server, env };
      const [program = "", ...args] = server.args;
      const told: PaymentsErrand = {
        group: process.pid,
        nth: point?.at === "booking" ? point.nth : null,
        side: point?.side ?? "before",
        twice: errand.broken === "twice",
      };
      return {
        ...server,
        args: ["--conditions=@aura/source", PAYMENTS_WRAPPER, errand.paymentsServer ?? program, ...args],
        env: { ...env, AURA_CRASH: JSON.stringify(told) },
      };
    },
  };
}

function kindsOf(units: readonly Unit[]): readonly CrashKind[] {
  const entries = units.flatMap(({ writes }) => writes.flatMap((write) => write.entries));
  const undoes = entries.some(({ stream, type }) => type.startsWith("compensation.") || isUndo(stream.split("/")[3]));
  const votes = entries.some(({ type, data }) => type.endsWith(".voted") || data["votes"] !== undefined);
  return ["commit", ...(undoes ? (["undo"] as const) : []), ...(votes ? (["vote"] as const) : [])];
}

/** The same payment as a call of its own, which no log has heard of. */
function withoutIntent(sending: Sending): Sending {
  const [callKey, key] = [`${sending.callKey}9`, `${sending.idempotencyKey}-unasked`];
  return { ...sending, callKey, idempotencyKey: key, arguments: { ...sending.arguments, idempotency_key: key } };
}

function isUndo(callKey: string | undefined): boolean {
  return callKey !== undefined && /^undo(-\d+)?\./.test(callKey);
}
