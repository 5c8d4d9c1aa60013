import { DO_NOT_TRUST, refuseLog } from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";

/** `cosigned`: names of those who did, of `asked` whose keys were given. */
export function unwitnessed(cosigned: readonly string[], asked: readonly string[], quorum: number): LogRefusal {
  const who = cosigned.length === 0 ? "None" : `${cosigned.length} (${cosigned.join(", ")})`;
  return refuseLog({
    reason: "unwitnessed",
    line: 1,
    what: `${who} of the ${asked.length} witnesses that were given cosigned this checkpoint; ${quorum} must have.`,
    why: "Without them, who holds the log key could show others another log.",
    fix: "Get the log or the receipt with a newer checkpoint that they have cosigned, and ask its owner why they did not.",
  });
}

export function cosignatureForged(names: readonly string[]): LogRefusal {
  return refuseLog({
    reason: "cosignature_forged",
    line: 1,
    what: `The checkpoint carries a cosignature in the name of ${names.join(", ")} that does not verify.`,
    why: "It was made for another checkpoint, or by somebody else.",
    fix: DO_NOT_TRUST,
  });
}
