import type { SignedTree } from "@aura/store";
import type { Runtime } from "../wire.ts";
import type { Rest } from "../supervisor.ts";
import type { Access } from "./access.ts";
import type { CallViewParts } from "./call-view.ts";
import type { DemoDesk } from "./demo-desk.ts";
import type { EnrolmentDesk } from "./enrolment-desk.ts";
import type { EventStreams } from "./event-stream.ts";
import type { MissionBook } from "./mission-book.ts";
import type { PageSessions } from "./page-sessions.ts";

/** Everything that routes stand on. */
export interface Desk extends CallViewParts {
  readonly runtime: Runtime;
  readonly access: Access;
  readonly sessions: PageSessions;
  readonly book: MissionBook;
  readonly events: EventStreams;
  readonly enrolments: EnrolmentDesk;
  readonly demo: DemoDesk | undefined;
  /** Where a mission that is not CLOSED rests, if it does. */
  readonly rest: (mission: string) => Rest | undefined;
  /** Of the session's cookie. */
  readonly cookie: { readonly name: string; readonly secure: boolean };
  readonly version: string;
  readonly startedMs: number;
  /** True from the moment at which the server was told to stop. */
  readonly isStopping: () => boolean;
  /** True once a checkpoint could not be signed, until one is. */
  readonly isDegraded: () => boolean;
  readonly signed: () => { readonly tree: SignedTree; readonly atMs: number } | undefined;
  /** The address of the page with a fresh code in it. */
  readonly pageUrl: (person: string) => Promise<string>;
}
