import type { JsonValue } from "@aura/trust";
import type { MissionWorld } from "./mission-world.ts";

const PAGE_ROWS = 200;

/** The calls of one mission as the table has them, by key. O(calls of the mission). */
export async function* callRows(
  world: MissionWorld,
  mission: string,
): AsyncGenerator<{ readonly key: string; readonly state: string }> {
  const prefix = `${mission}/`;
  let after = prefix;
  for (;;) {
    const rows = await world.store.rows(world.context, "call", { after, limit: PAGE_ROWS });
    for (const { key, members } of rows) {
      if (!key.startsWith(prefix)) return;
      yield { key: key.slice(prefix.length), state: textOf(members["state"]) };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.key;
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
