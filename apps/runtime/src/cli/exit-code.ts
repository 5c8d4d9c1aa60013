/** What the process says when it ends. Documented in README.md; API for ever. */
export const EXIT = {
  /** Done as asked. */
  DONE: 0,
  /** A bug of ours, or a failure that has no code yet. */
  UNEXPECTED: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** What was asked for is refused: folder, keys, names, states. */
  REFUSED: 3,
  /** Another process owns the data folder, or is changing who operates it. */
  LOCKED: 4,
  /** The machine does not let us: disk full, folder not writable, file system or SQLite unfit, Node too old. */
  MACHINE: 5,
  /** The application folder, its rules, tools or upstream servers. */
  APPLICATION: 6,
  /** A mission ended otherwise than SUCCEEDED. */
  NOT_SUCCEEDED: 7,
  /** A mission waits for a person. */
  WAITING: 8,
  /** SIGINT or SIGTERM came before the command was done; the same command goes on. */
  INTERRUPTED: 9,
  /** The log is not the one that was signed: lost, cut or rewritten. */
  LOG_CHANGED: 10,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  "runtime/usage": EXIT.USAGE,
  "runtime/disk_full": EXIT.MACHINE,
  "runtime/folder_not_writable": EXIT.MACHINE,
  "runtime/checkpoint_foreign": EXIT.LOG_CHANGED,
  "runtime/log_cut": EXIT.LOG_CHANGED,
  "runtime/log_lost": EXIT.LOG_CHANGED,
  "runtime/log_rewritten": EXIT.LOG_CHANGED,
  "runtime/application_broken": EXIT.APPLICATION,
  "runtime/application_missing": EXIT.APPLICATION,
  "runtime/operators_busy": EXIT.LOCKED,
  "store/locked": EXIT.LOCKED,
  "store/log_cut": EXIT.LOG_CHANGED,
  "store/full": EXIT.MACHINE,
  "store/not_writable": EXIT.MACHINE,
  "store/unsure": EXIT.MACHINE,
  "store/network_file_system": EXIT.MACHINE,
  "store/sqlite_too_old": EXIT.MACHINE,
};

/** By whole code where one is named, else by who raised it: the application's parts, or a refusal. */
export function exitCodeOf(errorCode: string): ExitCode {
  const named = BY_CODE[errorCode];
  if (named !== undefined) return named;
  return /^(gateway|governance|engine)\//.test(errorCode) ? EXIT.APPLICATION : EXIT.REFUSED;
}
