import type { Desk, ServedNamespace } from "./desk.ts";
import { createEnrolmentDesk } from "./enrolment-desk.ts";
import { createMissionBook } from "./mission-book.ts";
import type { PageSessions } from "./page-sessions.ts";
import { createReleaseShelf } from "./release-shelf.ts";

/** The part of a desk that is the same whoever asks, and from where. */
export type DeskCore = Pick<Desk, "runtime" | "world" | "releases" | "book" | "enrolments" | "sessions">;

export function createDesk(runtime: ServedNamespace, sessions: PageSessions): DeskCore {
  return {
    runtime,
    world: runtime.world,
    releases: createReleaseShelf(runtime),
    book: createMissionBook(runtime),
    enrolments: createEnrolmentDesk(runtime.world),
    sessions,
  };
}
