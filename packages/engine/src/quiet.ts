/** A failure that the agent function never looks at (the loser of a race) must not end the process. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
