import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The programs that the runtime starts as processes of their own. */
type Program = "system-agent" | "system-reaper";

/**
 * Node's arguments for one of our programs: from its source in the workspace, else as it was built. None of them opens its
 * debugger to whoever sends it a signal: the reaper is under no limits, and who gets in there is the runtime's user.
 */
export function nodeArguments(program: Program): readonly [...string[], string] {
  const source = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  if (existsSync(source)) return [NO_DEBUGGER, "--conditions=@aura/source", source];
  return [NO_DEBUGGER, fileURLToPath(import.meta.resolve(`@aura/runtime/agent-process/${program}`))];
}

const NO_DEBUGGER = "--disable-sigusr1";
