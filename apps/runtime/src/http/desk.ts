import type { Timers } from "@aura/engine";
import type { Release } from "@aura/governance";
import type { MissionWorld } from "@aura/mission";
import type { SignedTree } from "@aura/store";
import type { OpenNamespace } from "../wire.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Access } from "./access.ts";
import type { CallViewParts } from "./call-view.ts";
import type { DemoDesk } from "./demo-desk.ts";
import type { EnrolmentDesk } from "./enrolment-desk.ts";
import type { EventStreams } from "./event-stream.ts";
import type { MissionBook } from "./mission-book.ts";
import type { PageSessions } from "./page-sessions.ts";

/** What is served: a namespace with a release in force, and somebody who is told that a person acted. */
export interface ServedNamespace extends OpenNamespace {
  readonly world: MissionWorld & { readonly timers: Timers };
  readonly release: Release;
  readonly supervisor: Pick<Supervisor, "launched" | "nudge" | "rests">;
}

/** Everything that routes stand on. */
export interface Desk extends CallViewParts {
  readonly runtime: ServedNamespace;
  readonly access: Access;
  readonly sessions: PageSessions;
  readonly book: MissionBook;
  readonly events: EventStreams;
  readonly enrolments: EnrolmentDesk;
  readonly demo: DemoDesk | undefined;
  /** Of the session's cookie. */
  readonly cookie: { readonly name: string; readonly secure: boolean };
  readonly version: string;
  readonly startedMs: number;
  /** Shows to whoever can read the runtime's file that this server wrote it. */
  readonly secret: string;
  /** True from the moment at which the server was told to stop. */
  readonly isStopping: () => boolean;
  /** True once a checkpoint could not be signed, until one is. */
  readonly isDegraded: () => boolean;
  readonly signed: () => { readonly tree: SignedTree; readonly atMs: number } | undefined;
  /** The address of the page with a fresh code in it. */
  readonly pageUrl: (person: string) => Promise<string>;
}
