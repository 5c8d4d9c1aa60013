import type { MissionWorld } from "@aura/mission";
import type { Actor } from "@aura/trust";
import type { AgentHost } from "./agent-host.ts";
import type { NudgeCount, Nudges } from "./nudges.ts";
import type { Presenter } from "./presenter.ts";
import type { Lane } from "./run-lane.ts";
import type { Sooner } from "./session-timers.ts";
import type { Timers } from "./timers.ts";

/** What the engine needs around it: mission's world, and timers on the store's clock. */
export type RunWorld = MissionWorld & {
  readonly timers: Timers;
  /** Has waiting calls presented again at once when their mission was acted on; without it they wait for their time. */
  readonly nudges?: Nudges;
  /** Where agent functions live: in this process unless it says otherwise. */
  readonly host?: AgentHost;
};

/** One run in the hands of one executor: what its operations are carried out with. */
export interface RunSession {
  readonly world: RunWorld;
  readonly lane: Lane;
  readonly presenter: Presenter;
  readonly actor: Actor;
  readonly mission: string;
  /** `<n>` of the stream `mission/<id>/run/<n>`. */
  readonly number: number;
  /** Store time from which no further operation starts. */
  readonly deadlineMs: number;
  /** Resolves at the store time or sooner; never, once the session is over. */
  readonly wakeAt: (timeMs: number, sooner?: Sooner) => Promise<void>;
  readonly nudges: NudgeCount;
  /** Timers that end with the session. */
  readonly timers: Timers;
}
