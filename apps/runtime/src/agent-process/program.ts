import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The programs that the runtime starts as processes of their own. */
type Program = "system-agent" | "system-reaper";

/** Node's arguments for one of our programs: from its source in the workspace, else as it was built. */
export function nodeArguments(program: Program): readonly [...string[], string] {
  const source = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  if (existsSync(source)) return ["--conditions=@aura/source", source];
  return [fileURLToPath(import.meta.resolve(`@aura/runtime/agent-process/${program}`))];
}
