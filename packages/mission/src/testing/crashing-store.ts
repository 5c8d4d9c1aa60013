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

type Append = LogStore["append"];

/** The same log, with `append` in the hands of `intercept`: it may do something first, instead or afterwards. */
export function interceptAppend(
  store: LogStore,
  intercept: (append: Append, ...args: Parameters<Append>) => ReturnType<Append>,
  isDead: () => boolean = () => false,
): LogStore {
  const append: Append = (context, units) => intercept((...args) => store.append(...args), context, units);
  return new Proxy(store, {
    get(target, member) {
      if (member === "append") return append;
      const value: unknown = Reflect.get(target, member, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (isDead()) throw new SimulatedCrash();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/**
 * The same log behind a process that dies at its `nth` append (from 0), and at everything it asks from then on.
 * Open another world on `store` to start again.
 */
export function crashAtAppend(store: LogStore, nth: number, side: CrashSide): LogStore {
  let appends = 0;
  let dead = false;
  return interceptAppend(
    store,
    async (append, context, units) => {
      const dies = appends === nth;
      appends += 1;
      if (dies && side === "before") dead = true;
      if (dead) throw new SimulatedCrash();
      const answers = await append(context, units);
      if (dies) {
        dead = true;
        throw new SimulatedCrash();
      }
      return answers;
    },
    () => dead,
  );
}
