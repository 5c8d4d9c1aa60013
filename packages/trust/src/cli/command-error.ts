import { AuraError } from "../aura-error.ts";

export type CommandErrorCode = "trust/usage" | "trust/file_unreadable";

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
    fix: "Check the path and that you may read it, then run the command again.",
    cause,
  });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you are not allowed to",
  EPERM: "you are not allowed to",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
};
