import { agentExited, agentProtocol, agentSilent, agentUnavailable, watchBeats } from "@aura/engine";
import type {
  AgentLost,
  Fact,
  Guest,
  GuestListener,
  Heartbeat,
  Opening,
  Operation,
  StepEnd,
  StepToPerform,
  Timers,
  Turned,
} from "@aura/engine";
import { type JsonValue, invariant, unreachable } from "@aura/trust";
import type { Channel } from "./channel.ts";
import { type FromAgent, type ToAgent, readFromAgent } from "./message.ts";

/** The arguments that a function may ask with in one turn, in characters: sixteen of the largest calls. More must wait for an answer. */
export const TURN_CHARS_MAX = 16_777_216;
/** Pings in the time that a process may be silent. */
const PINGS = 4;

/** How long an agent's process may take. In milliseconds of the timers' clock. */
export interface Patience {
  /** To load its application. */
  readonly openMs: number;
  /** To end a turn, and to answer between turns. */
  readonly silentMs: number;
}

export interface RemoteParts {
  readonly channel: Channel;
  /** File URL of the application. */
  readonly module: string;
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly patience: Patience;
  /** Ends the process, whatever it is doing, and says how it ended: by itself, if it was faster. For people. */
  readonly kill: () => Promise<string>;
}

/**
 * A guest behind a channel, as the runtime holds it. Everything that comes is held against what may come now: a message out of
 * turn, an operation with another number than the next, a result of a step that does not run end the guest with
 * `engine/agent_protocol`; a process that does not answer in time, with `engine/agent_silent`.
 */
export class RemoteGuest implements Guest {
  readonly #parts: RemoteParts;
  readonly #listener: GuestListener;
  readonly #steps = new Map<number, PromiseWithResolvers<StepEnd>>();
  #turn: OpenTurn | undefined;
  #opening: { readonly agent: string; readonly answer: PromiseWithResolvers<void> } | undefined;
  #asked = 0;
  #pings = 0;
  #misused = false;
  #over = false;
  #lastMs: number;
  #heart: Heartbeat;
  #cancelPing = (): void => undefined;

  private constructor(parts: RemoteParts, { agent }: Opening, listener: GuestListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#lastMs = parts.nowMs();
    this.#opening = { agent: `${agent.name} ${agent.version}`, answer: Promise.withResolvers() };
    this.#heart = this.#watch(parts.patience.openMs);
  }

  /** Has the process at the other end load the application. @throws `engine/agent_unavailable` */
  static async open(parts: RemoteParts, opening: Opening, listener: GuestListener): Promise<RemoteGuest> {
    const guest = new RemoteGuest(parts, opening, listener);
    const ready = guest.#opening?.answer.promise;
    parts.channel.listen({
      message: (message) => guest.#heard(message),
      closed: (broken) => guest.#closed(broken),
    });
    const { name, version } = opening.agent;
    guest.#send({ type: "open", module: parts.module, agent: { name, version }, mission: opening.mission });
    await ready;
    return guest;
  }

  start(startedMs: number): Promise<Turned> {
    return this.#begin({ type: "start", startedMs });
  }

  deliver(fact: Fact): Promise<Turned> {
    // The arguments stay here: what the function asked with, it knows.
    return this.#begin({ type: "deliver", fact: { ...fact, ask: { ...fact.ask, detail: null } } });
  }

  perform(step: StepToPerform): Promise<StepEnd> {
    const answer = Promise.withResolvers<StepEnd>();
    this.#steps.set(step.operation, answer);
    this.#send({ type: "perform", step });
    return answer.promise;
  }

  close(): void {
    this.#end();
    void this.#parts.kill();
  }

  #begin(message: ToAgent): Promise<Turned> {
    invariant(this.#turn === undefined, "one turn is open at a time");
    this.#turn = { answer: Promise.withResolvers(), asked: [], chars: 0 };
    this.#beat();
    this.#send(message);
    return this.#turn.answer.promise;
  }

  #send(message: ToAgent): void {
    this.#parts.channel.send(message as unknown as JsonValue);
  }

  #heard(message: JsonValue): void {
    if (this.#over) return;
    const read = readFromAgent(message);
    const wrong = read === undefined ? "a message of no known shape" : this.#take(read);
    if (wrong !== undefined) this.#breach(wrong);
  }

  /** Takes one message where it may come. What is wrong with it, for people, where it may not. */
  #take(message: FromAgent): string | undefined {
    if (this.#opening !== undefined) return this.#opened(message, this.#opening);
    switch (message.type) {
      case "asked":
        return this.#ask(message);
      case "turned":
        return this.#turned(message);
      case "stepped":
        return this.#stepped(message);
      case "beat":
        if (!this.#steps.has(message.operation)) return "a beat of a step that does not run";
        this.#listener.beat(message.operation, message.details);
        return undefined;
      case "misused":
        if (this.#misused) return "a second end out of turn";
        this.#misused = true;
        this.#listener.misused(message.ending);
        return undefined;
      case "pong":
        return this.#pong();
      case "ready":
      case "unavailable":
        return "a message out of turn";
      default:
        return unreachable(message);
    }
  }

  #opened(
    message: FromAgent,
    { agent, answer }: { readonly agent: string; readonly answer: PromiseWithResolvers<void> },
  ): string | undefined {
    if (message.type === "unavailable") {
      this.#lose(agentUnavailable(agent, message.why, this.#loss()));
      return undefined;
    }
    if (message.type !== "ready") return "a message out of turn";
    this.#opening = undefined;
    this.#heart.stop();
    this.#lastMs = this.#parts.nowMs();
    this.#heart = this.#watch(this.#parts.patience.silentMs);
    this.#pingLater();
    answer.resolve();
    return undefined;
  }

  #ask({ operation: number, ask, heartbeatMs }: Extract<FromAgent, { type: "asked" }>): string | undefined {
    const turn = this.#turn;
    if (turn === undefined) return "an ask out of turn";
    if (number !== this.#asked + 1) return "an ask with a number that is not the next";
    if (heartbeatMs !== undefined && ask.kind !== "step") return "a heartbeat of something that is no step";
    this.#asked = number;
    turn.chars += ask.detail?.length ?? 0;
    if (turn.chars > TURN_CHARS_MAX) return "more arguments than one turn may ask with";
    turn.asked.push(heartbeatMs === undefined ? { number, ask } : { number, ask, heartbeatMs });
    return undefined;
  }

  #turned({ ending }: Extract<FromAgent, { type: "turned" }>): string | undefined {
    const turn = this.#turn;
    if (turn === undefined) return "the end of a turn that is not open";
    this.#turn = undefined;
    this.#beat();
    turn.answer.resolve({ asked: turn.asked, ending: ending ?? undefined });
    return undefined;
  }

  #stepped({ operation, end }: Extract<FromAgent, { type: "stepped" }>): string | undefined {
    const answer = this.#steps.get(operation);
    if (answer === undefined) return "the result of a step that does not run";
    this.#steps.delete(operation);
    answer.resolve(end);
    return undefined;
  }

  /** An answer says that its event loop turns, which is not enough while it owes the end of a turn. */
  #pong(): string | undefined {
    if (this.#pings === 0) return "an answer to no ping";
    this.#pings -= 1;
    if (this.#turn === undefined) this.#beat();
    return undefined;
  }

  #pingLater(): void {
    const { timers, nowMs, patience } = this.#parts;
    this.#cancelPing = timers.wakeAt(nowMs() + patience.silentMs / PINGS, () => {
      this.#pings += 1;
      this.#send({ type: "ping" });
      this.#pingLater();
    });
  }

  #beat(): void {
    this.#lastMs = this.#parts.nowMs();
    this.#heart.beat();
  }

  #watch(allowedMs: number): Heartbeat {
    const { timers, nowMs } = this.#parts;
    return watchBeats({ timers, nowMs, allowedMs, missed: () => this.#silent(allowedMs) });
  }

  #silent(allowedMs: number): void {
    if (this.#opening === undefined) return this.#lose(agentSilent(this.#loss()));
    this.#lose(agentUnavailable(this.#opening.agent, `it did not load within ${allowedMs} ms`, this.#loss()));
  }

  #breach(what: string): void {
    if (this.#opening === undefined) return this.#lose(agentProtocol(what, this.#loss()));
    this.#lose(agentUnavailable(this.#opening.agent, `its process sent ${what}`, this.#loss()));
  }

  #closed(broken: string | undefined): void {
    if (this.#over) return;
    if (broken !== undefined) return this.#breach(broken);
    this.#heart.stop();
    this.#cancelPing();
    void this.#parts.kill().then((how) => {
      if (this.#opening === undefined) return this.#lose(agentExited(how, this.#loss()));
      return this.#lose(agentUnavailable(this.#opening.agent, `its process ended: ${how}`, this.#loss()));
    });
  }

  #loss() {
    const { openMs, silentMs } = this.#parts.patience;
    return { lastMs: this.#lastMs, allowedMs: this.#opening === undefined ? silentMs : openMs };
  }

  #lose(loss: AgentLost): void {
    if (this.#over) return;
    const [opening, turn, steps] = [this.#opening, this.#turn, [...this.#steps.values()]];
    this.close();
    if (opening === undefined) this.#listener.lost(loss);
    opening?.answer.reject(loss);
    turn?.answer.reject(loss);
    for (const step of steps) step.reject(loss);
  }

  #end(): void {
    this.#over = true;
    this.#heart.stop();
    this.#cancelPing();
    this.#parts.channel.close();
  }
}

interface OpenTurn {
  readonly answer: PromiseWithResolvers<Turned>;
  readonly asked: Operation[];
  chars: number;
}
