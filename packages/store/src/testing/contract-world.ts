import { afterEach } from "vitest";
import type { Clock } from "@aura/trust";
import type { Answer, LogStore, Projection } from "../index.ts";
import { FakeClock, spokenProjection } from "./builders.ts";

/** Opens an empty store of its own for each call. */
export type OpenLogStore = (options: {
  readonly clock: Clock;
  readonly projections: readonly Projection[];
}) => Promise<LogStore>;

export interface ContractWorld {
  readonly store: LogStore;
  readonly clock: FakeClock;
}

/** Gives each test a store with the spoken projection and a clock of its own, and closes it afterwards. */
export function contractWorld(open: OpenLogStore): (projections?: readonly Projection[]) => Promise<ContractWorld> {
  const opened: LogStore[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (store) => store.close()));
  });
  return async (projections = [spokenProjection]) => {
    const clock = new FakeClock();
    const store = await open({ clock, projections });
    opened.push(store);
    return { store, clock };
  };
}

export function kinds(answers: readonly Answer[]): Answer["kind"][] {
  return answers.map(({ kind }) => kind);
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
