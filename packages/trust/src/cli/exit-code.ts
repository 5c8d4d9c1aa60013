/** What the process says when it ends. Documented in README.md; API for ever. */
export const EXIT = {
  /** Verified, or done as asked. */
  OK: 0,
  /** Verified, and refused: the output names the reason. */
  REFUSED: 1,
  /** The command line is wrong, or a key on it. Nothing was verified. */
  USAGE: 2,
  /** A newer AURA wrote part of it: neither ok nor refused. */
  UNKNOWN_FORMAT: 3,
  /** The log says of itself that entries were lost: whole as far as it goes, never ok. */
  REFOUNDED: 4,
  /** A file cannot be read, Node.js is too old, or a bug of ours. Nothing was verified. */
  NOT_CHECKED: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a refusal by its reason. */
export function exitCodeOf(reason: string): ExitCode {
  if (reason === "unknown_format") return EXIT.UNKNOWN_FORMAT;
  return reason === "refounded" ? EXIT.REFOUNDED : EXIT.REFUSED;
}
