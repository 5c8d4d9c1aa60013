/** Thrown when our own code is wrong. Nobody catches it to go on: it stops the work before a wrong fact is written. */
export class InvariantViolation extends Error {
  constructor(fact: string) {
    super(`Invariant violated: ${fact}`);
    this.name = "InvariantViolation";
  }
}

/** States a fact that holds unless our code is wrong. Bad input is never an invariant. */
export function invariant(condition: unknown, fact: string): asserts condition {
  if (!condition) throw new InvariantViolation(fact);
}

/** Ends a `switch` over a union: a new member fails to compile here. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`no case for ${JSON.stringify(value)}`);
}
