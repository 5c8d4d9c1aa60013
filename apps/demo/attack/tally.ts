/** Says of each attempt what came of it, and whether that is what must. */
export interface Tally {
  /** `held` is judged by whoever tried; what it is judged by stands in `answer`. */
  attempt(what: string, answer: string, held: boolean): void;
  /** 0 if everything held. */
  exitCode(): number;
}

export function tallyOf(say: (line: string) => void): Tally {
  let broken = 0;
  return {
    attempt: (what, answer, held) => {
      say(`${held ? "held  " : "BROKEN"} ${what}`);
      say(`         -> ${answer}`);
      if (!held) broken += 1;
    },
    exitCode: () => {
      say(
        broken === 0
          ? "Every attempt was refused, or changed nothing."
          : `${broken} attempt(s) got through. Please report it.`,
      );
      return broken === 0 ? 0 : 1;
    },
  };
}
