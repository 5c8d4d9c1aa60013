import type { Entry, JsonObject } from "@aura/trust";

/** What an entry does to the tables. `put` merges members into the row; `null` members are stored as null. */
export type Change =
  | {
      readonly kind: "add";
      readonly counter: string;
      readonly delta: number;
      readonly ceiling?: number;
      readonly code?: string;
    }
  | { readonly kind: "put"; readonly table: string; readonly key: string; readonly members: JsonObject }
  | { readonly kind: "drop"; readonly table: string; readonly key: string };

/**
 * A pure fold step: the same entry gives the same changes for ever. Tables are nothing but the sum of these, so they can
 * be dropped and built again from the log. A unit whose `add`s bring a counter over `ceiling` is refused with `code`.
 */
export interface Projection {
  readonly name: string;
  project(entry: Entry): readonly Change[];
}
