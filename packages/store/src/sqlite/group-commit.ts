/** Units in one transaction before the next one is begun, so that a flood does not keep the process busy for seconds. */
export const TRANSACTION_UNITS_MAX = 2_000;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly units: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers requests until the turn of the event loop is over, and then commits them as one. There is no artificial delay:
 * alone, a request waits for nobody; among hundreds, it shares their one fsync.
 */
export class GroupCommit<Request, Answer> {
  readonly #commit: (requests: readonly Request[]) => readonly Answer[];
  #waiting: Waiting<Request, Answer>[] = [];

  /** @param commit commits all requests durably and answers in their order, or throws and nothing is acknowledged */
  constructor(commit: (requests: readonly Request[]) => readonly Answer[]) {
    this.#commit = commit;
  }

  /** Answers after the commit that the request was part of. */
  async join(request: Request, units: number): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#waiting.length === 0) this.#flushAfterThisTurn();
      this.#waiting.push({ request, units, resolve, reject });
    });
  }

  /** Commits everything that waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commitSome();
  }

  #flushAfterThisTurn(): void {
    setImmediate(() => {
      if (this.#waiting.length > 0) this.#commitSome();
      if (this.#waiting.length > 0) this.#flushAfterThisTurn();
    });
  }

  #commitSome(): void {
    const group = this.#takeGroup();
    try {
      const answers = this.#commit(group.map(({ request }) => request));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /** As many as fit one transaction, and at least one. */
  #takeGroup(): Waiting<Request, Answer>[] {
    let units = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      units += waiting.units;
      if (count > 0 && units > TRANSACTION_UNITS_MAX) break;
      count += 1;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return group;
  }
}
