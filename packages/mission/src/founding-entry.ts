import type { Entry } from "@aura/trust";
import { InvariantViolation, openFounding } from "@aura/trust";
import { textIn } from "./entry-data.ts";
import { logUnreadable } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";

/** Entry 0 of the namespace's log. */
export async function foundingEntry({ store, context }: Pick<MissionWorld, "store" | "context">): Promise<Entry> {
  for await (const { entry } of store.readLog(context, 0)) return entry;
  throw new InvariantViolation("a namespace that is worked in was founded");
}

/** How many persons must agree to loosen, by the constitution: from 1, and never less than it was. @throws `mission/log_unreadable` */
export function quorumOf(founding: Entry): number {
  const opened = openFounding(textIn(founding, "statement"));
  if (!opened.ok) throw logUnreadable(founding.stream, founding.version, "its founding statement is not understood");
  return opened.statement.constitution.quorum;
}
