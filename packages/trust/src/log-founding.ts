import type { Entry } from "./entry.ts";
import { openFounding } from "./founding.ts";
import type { FoundingStatement } from "./founding.ts";
import type { FoundingProblem, LogFinding } from "./log-finding.ts";
import type { PublicKey } from "./public-key.ts";
import { namespaceOfOrigin } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

const FOUNDED = "namespace.founded";

/** What entry 0 established. */
export interface LogFounding {
  readonly statement: FoundingStatement;
  /** Against the root key, if one was given. */
  readonly signature: "verified" | "not_checked";
  /**
   * `log_key`: the log's own key signed its founding, and that signature verifies. No root stands above such a log: whoever
   * holds its key can found it anew.
   */
  readonly by: "log_key" | "another_key";
}

/** True for an entry that founds, wherever it stands. @internal */
export function isFoundingEntry(entry: Entry): boolean {
  return entry.stream === "control" && entry.type === FOUNDED;
}

/** Holds entry 0 against the keys that the verifier was given. `line`: where it stands in the file. @internal */
export function checkFounding(
  entry: Entry,
  given: { readonly key: VerifierKey; readonly root?: PublicKey },
  line: number,
): LogFounding | LogFinding {
  const { statement: jws } = entry.data;
  if (!isFoundingEntry(entry) || entry.version !== 1 || typeof jws !== "string") {
    return notFounded("no_founding");
  }
  const own = openFounding(jws, given.key.key);
  const opened = !own.ok && own.reason === "forged" ? own : openFounding(jws, given.root);
  if (!opened.ok) {
    const { reason } = opened;
    if (reason === "unknown_format") return { ok: false, reason, format: "of its founding statement", line, seq: 0 };
    return reason === "malformed"
      ? notFounded("malformed")
      : { ok: false, reason: "founding_forged", seq: 0, problem: reason };
  }
  const { statement, signature } = opened;
  if (statement.origin !== given.key.name || statement.namespace !== namespaceOfOrigin(given.key.name)) {
    return { ok: false, reason: "not_founded", seq: 0, origin: statement.origin };
  }
  if (entry.payloads["release"] !== statement.release) return notFounded("other_release");
  const named = statement.keys.some(({ use, x }) => use === "log" && x === given.key.key.x);
  return named
    ? { statement, signature, by: own.ok ? "log_key" : "another_key" }
    : { ok: false, reason: "log_key_foreign", seq: 0 };
}

function notFounded(problem: FoundingProblem): LogFinding {
  return { ok: false, reason: "not_founded", seq: 0, problem };
}
