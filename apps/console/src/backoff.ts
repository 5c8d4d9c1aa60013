export const FIRST_RETRY_MS = 250;
export const RETRY_MS_MAX = 4_000;

/** How long to wait before trying again, after `attempt` tries that failed (from 1). A person is watching: short, and capped. */
export function backoffMs(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, attempt - 1), RETRY_MS_MAX);
}
