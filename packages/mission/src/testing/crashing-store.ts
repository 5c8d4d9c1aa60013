import type { LogStore } from "@aura/store";

/** The process died. Nobody catches it but the test. */
export class SimulatedCrash extends Error {
  constructor() {
    super("simulated crash");
    this.name = "SimulatedCrash";
  }
}

/** Before the commit: nothing was written. After it: written, and the answer was lost. */
export type CrashSide = "before" | "after";

/**
 * The same log behind a process that dies at its `nth` append (from 0), and at everything it asks from then on.
 * Open another one on `store` to start again.
 */
export function crashAtAppend(store: LogStore, nth: number, side: CrashSide): LogStore {
  let appends = 0;
  let dead = false;
  const append: LogStore["append"] = async (context, units) => {
    const dies = appends === nth;
    appends += 1;
    if (dies && side === "before") dead = true;
    if (dead) throw new SimulatedCrash();
    const answers = await store.append(context, units);
    if (dies) {
      dead = true;
      throw new SimulatedCrash();
    }
    return answers;
  };
  return new Proxy(store, {
    get(target, member) {
      if (member === "append") return append;
      const value: unknown = Reflect.get(target, member, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (dead) throw new SimulatedCrash();
        return Reflect.apply(value, target, args);
      };
    },
  });
}
