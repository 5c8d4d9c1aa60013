import { type JsonValue, invariant } from "@aura/trust";
import type { Guest, GuestListener, Opening, StepEnd, StepToPerform, Turned } from "./agent-host.ts";
import { contextOf } from "./context.ts";
import { type Ending, endingOf } from "./ending.ts";
import type { Fact } from "./fact.ts";
import { Run } from "./run.ts";
import { attempt, detailsText } from "./step-action.ts";
import { turn } from "./turn.ts";

/** A guest in the process of its caller: the function, and the {@link Run} around it. What a process of its own serves, too. */
export class LocalGuest implements Guest {
  readonly #opening: Opening;
  readonly #listener: Pick<GuestListener, "misused" | "beat">;
  #run: Run | undefined;
  #ending: Ending | undefined;
  #closed = false;

  constructor(opening: Opening, listener: Pick<GuestListener, "misused" | "beat">) {
    this.#opening = opening;
    this.#listener = listener;
  }

  start(startedMs: number): Promise<Turned> {
    const { agent, mission } = this.#opening;
    const run = new Run(startedMs, () => this.#misused());
    this.#run = run;
    return this.#turn(run, () => run.start(() => agent.body(mission, contextOf(run))));
  }

  deliver(fact: Fact): Promise<Turned> {
    const run = this.#started();
    return this.#turn(run, () => run.deliver(fact));
  }

  async perform({ operation, key, details }: StepToPerform): Promise<StepEnd> {
    const step = this.#started().actionOf(operation);
    invariant(step !== undefined, "a step that runs was asked for");
    let running = true;
    const progress = {
      details: details === null ? undefined : (JSON.parse(details) as JsonValue),
      beat: (said?: JsonValue): void => {
        const text = detailsText(said);
        if (running && !this.#closed) this.#listener.beat(operation, text);
      },
    };
    const end = await attempt(step.name, () => step.action(key, progress));
    running = false;
    return end;
  }

  close(): void {
    this.#closed = true;
    this.#run?.close();
  }

  async #turn(run: Run, begin: () => void): Promise<Turned> {
    await turn(run, begin);
    return { asked: run.takeAsked(), ending: this.#endingOf(run) };
  }

  #endingOf({ settled }: Run): Ending | undefined {
    if (settled !== undefined) this.#ending ??= endingOf(settled);
    return this.#ending;
  }

  #misused(): void {
    const ending = this.#endingOf(this.#started());
    if (ending !== undefined && !this.#closed) this.#listener.misused(ending);
  }

  #started(): Run {
    invariant(this.#run !== undefined, "a guest is started first");
    return this.#run;
  }
}
