import { EngineError, type EngineErrorCode } from "./engine-error.ts";

/**
 * What an operation of a run throws into the agent function: the same from the record as the first time, its message included.
 * Its code is `engine/step_failed`, `engine/call_failed` or `engine/call_denied`.
 */
export class OperationFailed extends EngineError {
  /** The step or tool. */
  readonly operation: string;
  /** The code behind it: of the error that a step threw, of the tool's failure, of the denial. `null` if it had none. */
  readonly because: string | null;
  /** What the step's error, the tool or the denial said. */
  readonly reason: string;
  /** For a denial: every rule that decided, sorted. */
  readonly rules: readonly string[];

  constructor(code: EngineErrorCode, failure: Failure & { readonly operation: string; readonly what: string }) {
    super({
      code,
      what: failure.what,
      why: sentence(failure.because === null ? failure.message : `${failure.because}: ${failure.message}`),
      fix: "Catch it in the agent function if the work can go on without it.",
    });
    this.operation = failure.operation;
    this.because = failure.because;
    this.reason = failure.message;
    this.rules = failure.rules ?? [];
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A failure as the history records it. The message is a payload; the code is in the entry. */
export interface Failure {
  readonly because: string | null;
  readonly message: string;
  readonly rules?: readonly string[];
}

export function stepFailed(name: string, failure: Failure): OperationFailed {
  return new OperationFailed("engine/step_failed", { ...failure, operation: name, what: `Step ${name} failed.` });
}

export function callFailed(tool: string, failure: Failure): OperationFailed {
  return new OperationFailed("engine/call_failed", {
    ...failure,
    operation: tool,
    what: `The call to ${tool} failed.`,
  });
}

export function callDenied(tool: string, failure: Failure): OperationFailed {
  return new OperationFailed("engine/call_denied", {
    ...failure,
    operation: tool,
    what: `The call to ${tool} was denied.`,
  });
}
