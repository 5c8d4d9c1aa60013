import { createInterface } from "node:readline/promises";
import { nobodyToAsk } from "../runtime-error.ts";

/** Where somebody may sit: a process's standard input and error. */
export interface AskingPlace {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Nothing but a typed yes is one. The question goes to standard error, so that standard output stays what was asked for.
 * @throws `runtime/nobody_to_ask` where the input is no terminal
 */
export async function confirmOnTerminal(
  question: string,
  { input, output }: AskingPlace,
  stop: AbortSignal,
): Promise<boolean> {
  if (input.isTTY !== true) throw nobodyToAsk();
  const lines = createInterface({ input, output });
  try {
    const answer = await lines.question(`${question} Type yes: `, { signal: stop });
    return answer.trim().toLowerCase() === "yes";
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
