import { TrustError } from "./trust-error.ts";

/** `problem` completes "The cosignature ...". */
export function cosignatureRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/cosignature_refused",
    what: `The cosignature ${problem}.`,
    why: "A witness signs that it saw a tree at a time, and nothing else.",
    fix: "Pass the signed note of a checkpoint, and the time in milliseconds.",
  });
}

/** `where`: the place of the state; `problem` completes "The state ...". */
export function witnessStateDamaged(where: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/witness_state_damaged",
    what: `The witness's state ${where} ${problem}.`,
    why: "A witness that forgets what it signed could sign a second history of a log.",
    fix: "Restore exactly the newest state. If it is lost, retire this key and start a witness with a new one.",
  });
}
