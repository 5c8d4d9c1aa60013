import type { Change, EntryDraft } from "@aura/store";
import type { Entry, JsonObject, JsonValue } from "@aura/trust";
import type { Call } from "./call.ts";
import { isObject } from "./entry-data.ts";
import type { Reservation } from "./governor.ts";
import { logUnreadable } from "./mission-error.ts";

/** The code with which the store refuses an intent that does not fit under its ceilings. */
export const BUDGET_SPENT = "mission/budget_spent";

/** The member of an intent's data that says what it reserves; nothing if it reserves nothing. */
export function reserving(reservations: readonly Reservation[] = []): JsonObject {
  if (reservations.length === 0) return {};
  return { reservations: reservations.map(({ counter, delta, ceiling }) => ({ counter, delta, ceiling })) };
}

/**
 * The member of a new intent's data that gives back what the one before it reserved: its tool was asked, and that attempt did
 * not happen. Any other attempt of unknown outcome keeps its reservation, and the new intent reserves on top of it.
 */
export function insteadOf(reservations: readonly Reservation[] = []): JsonObject {
  const { reservations: before } = reserving(reservations);
  return before === undefined ? {} : { givesBack: before };
}

/** What an entry reserves, or gives back. @throws `mission/log_unreadable` */
export function reservationsIn(
  entry: Entry,
  member: "reservations" | "givesBack" = "reservations",
): readonly Reservation[] {
  const reservations = entry.data[member];
  if (reservations === undefined) return [];
  if (!Array.isArray(reservations) || !reservations.every(isReservation)) {
    throw logUnreadable(entry.stream, entry.version, `"${member}" of ${entry.type} is of another type`);
  }
  return reservations;
}

/**
 * The same entry, giving back exactly what the newest intent reserved, if it says that this attempt is known not to have
 * happened: `call.failed` and `call.retrying`. Not a `read` that nobody answered: it may have been served, and paid for.
 * `succeeded` and `unknown` keep what was reserved. Pure.
 */
export function givingBack(call: Call, draft: EntryDraft): EntryDraft {
  const { by, code } = draft.data;
  const isFailure = draft.type === "call.failed" || draft.type === "call.retrying";
  if (!isFailure || by === "class" || code === "call/no_answer") return draft;
  return { ...draft, data: { ...draft.data, ...reserving(call.reservations) } };
}

/** What an entry of a call does to the counters of budgets. */
export function budgetChanges(entry: Entry): readonly Change[] {
  switch (entry.type) {
    case "call.sent":
      return [
        ...reservationsIn(entry, "givesBack").map(returned),
        ...reservationsIn(entry).map((one): Change => ({ kind: "add", ...one, code: BUDGET_SPENT })),
      ];
    case "call.failed":
    case "call.retrying":
    case "call.withdrawn":
      return reservationsIn(entry).map(returned);
    default:
      return [];
  }
}

function returned({ counter, delta }: Reservation): Change {
  return { kind: "add", counter, delta: -delta };
}

/** The id of the budget that a counter belongs to: the fact `refused.budget`. */
export function budgetOf(counter: string): string | undefined {
  const [root, id] = counter.split("/");
  return root === "budget" ? id : undefined;
}

function isReservation(value: JsonValue): value is JsonObject & Reservation {
  if (!isObject(value)) return false;
  const { counter, delta, ceiling } = value;
  return typeof counter === "string" && Number.isSafeInteger(delta) && Number.isSafeInteger(ceiling);
}
