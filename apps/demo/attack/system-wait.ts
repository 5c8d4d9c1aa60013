import { setTimeout as wait } from "node:timers/promises";

/** Asks until there is an answer. @throws after `limitMs` */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  limitMs: number = 60_000,
): Promise<Answer> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endMs) throw new Error(`Waited ${limitMs / 1_000} s in vain for ${what}.`);
    await wait(50);
  }
}
