import { AuraError } from "../aura-error.ts";

export type CommandErrorCode =
  | "trust/usage"
  | "trust/file_unreadable"
  | "trust/file_unwritable"
  | "trust/file_exists"
  | "trust/nothing_signed";

/** What keeps a command from doing anything. */
export class CommandError extends AuraError<CommandErrorCode> {}

export function usage(what: string, why: string, fix: string, cause?: unknown): CommandError {
  return new CommandError({ code: "trust/usage", what, why, fix, cause });
}

/** `problem` is the system's code (`ENOENT`) or a few words. */
export function fileUnreadable(path: string, problem: string, cause?: unknown): CommandError {
  return new CommandError({
    code: "trust/file_unreadable",
    what: `${path} cannot be read: ${PROBLEMS[problem] ?? problem}.`,
    why: "Nothing was verified.",
    fix:
      problem === "EISDIR"
        ? "Name a file. If it is the folder of an audit chain, export it first: aura-trust export FOLDER --out FILE."
        : "Check the path and that you may read it, then run the command again.",
    cause,
  });
}

/** `problem` is the system's code. */
export function fileUnwritable(path: string, problem: string, cause?: unknown): CommandError {
  return new CommandError({
    code: "trust/file_unwritable",
    what: `${path} cannot be written: ${PROBLEMS[problem] ?? problem}.`,
    why: "Nothing of it was kept.",
    fix: "Check that the folder exists, that you may write there and that the disk has room, then run the command again.",
    cause,
  });
}

export function fileExists(path: string): CommandError {
  return new CommandError({
    code: "trust/file_exists",
    what: `${path} exists already.`,
    why: "No file is overwritten: it may be the only copy of other evidence.",
    fix: "Name another file with --out.",
  });
}

/** A chain of which nothing was signed has nothing that could be verified. */
export function nothingSigned(folder: string, over: "newest" | "witnessed"): CommandError {
  return new CommandError({
    code: "trust/nothing_signed",
    what: `The audit chain in ${folder} has no ${over === "newest" ? "signed checkpoint" : "checkpoint that enough witnesses cosigned"}.`,
    why: "What is not signed nobody can verify, so there is nothing to export.",
    fix:
      over === "newest"
        ? "Let its program call checkpoint() or close(), then export again."
        : "Let its program ask its witnesses, or export without --witnessed.",
  });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you are not allowed to",
  EPERM: "you are not allowed to",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long",
};

/** The operating system's code of a failure, as the constructors here take it. */
export function systemProblem(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "it failed";
}
