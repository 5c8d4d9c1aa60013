import type { Clock } from "../clock.ts";
import { systemClock } from "../system-clock.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

/** A line is drawn again after this long at the earliest. */
const REDRAWN_MS = 100;
const ERASE = "\r\u001b[K";

/** One line on standard error that says how far a long work is, for a person who watches; for nobody, it writes nothing. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #verb: string;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #drawnMs: number | undefined;

  readonly #forget: () => void;

  constructor(terminal: Terminal, verb: string, clock: Clock = systemClock) {
    this.#terminal = terminal;
    this.#verb = verb;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#forget = onInterrupt(() => this.#erase());
  }

  /** So many of `size` entries are done. */
  readonly show = (entries: number, size: number): void => {
    if (!this.#terminal.watched || entries === 0) return;
    const nowMs = this.#clock.nowMs();
    if (this.#drawnMs !== undefined && nowMs - this.#drawnMs < REDRAWN_MS) return;
    this.#drawnMs = nowMs;
    this.#terminal.err(`${ERASE}${this.#verb} ${entries} of ${size} entries${this.#rest(entries, size, nowMs)}`);
  };

  /** Makes room for the verdict. */
  done(): void {
    this.#forget();
    this.#erase();
  }

  #erase(): void {
    if (this.#drawnMs !== undefined) this.#terminal.err(ERASE);
    this.#drawnMs = undefined;
  }

  /** Percentage, rate, and the time that is left: the clock may stand or go back, and then there is no rate. */
  #rest(entries: number, size: number, nowMs: number): string {
    const share = size >= entries ? `, ${Math.floor((entries / size) * 100)}%` : "";
    const spentMs = nowMs - this.#startedMs;
    if (spentMs <= 0) return share;
    const rate = (entries / spentMs) * 1_000;
    const leftS = size >= entries ? `, ${Math.ceil((size - entries) / rate)} s left` : "";
    return `${share}, ${Math.round(rate)}/s${leftS}`;
  }
}
