import type { Command, Given } from "./arguments.ts";
import { readArguments, wrong } from "./arguments.ts";
import { type Evidence, withEvidence } from "./evidence-file.ts";
import { type EvidenceKind, hintOf, kindOf } from "./evidence-kind.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { jsonLine } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import type { Refused } from "./verdict-text.ts";
import { judgeLogFile, judgeProofFile, judgeReceiptFile } from "./verify-record.ts";
import { judgeAnchoredFile } from "./verify-anchor.ts";
import { judgeTokenFile } from "./verify-token-file.ts";

/** What is said of a file: in words, and as JSON; `refused` if it is not accepted. */
export interface Verdict {
  readonly json: object;
  readonly text: string;
  readonly refused?: Refused;
}

type Judge = (command: Command, evidence: Evidence, given: Given & { readonly terminal: Terminal }) => Promise<Verdict>;

const JUDGES: Readonly<Record<EvidenceKind, Judge>> = {
  log: judgeLogFile,
  receipt: judgeReceiptFile,
  proof: judgeProofFile,
  "anchored checkpoint": judgeAnchoredFile,
  token: judgeTokenFile,
};

/** What each kind is verified with. An option that another kind takes is refused, never ignored. */
const OPTIONS: Readonly<Record<EvidenceKind, readonly string[]>> = {
  log: ["key", "since", "root", "witness", "quorum", "anchored", "org-log"],
  receipt: ["key", "root", "witness", "quorum", "anchored", "org-log"],
  proof: ["key", "witness", "quorum", "anchored", "org-log"],
  "anchored checkpoint": ["key", "org-log", "witness", "quorum"],
  token: ["key", "jwks", "root", "origin", "audience", "at", "epoch", "statuses", "credential", "token", "since"],
};
const REPEATED = ["key", "witness", "epoch"];
const ALL = [...new Set(Object.values(OPTIONS).flat())];

export const verifyCommand: Command = {
  name: "verify",
  summary:
    "Verifies an exported log, a mission's receipt, the proof of an entry, an anchored checkpoint or a signed token: FILE tells which. Offline; keys come from these options, never from FILE.",
  usage: "aura-trust verify FILE --key KEY [OPTIONS] [--json]",
  help: `A log, a receipt, a proof of one entry, an anchored checkpoint:
  --key KEY          the verifier key of the log, as its owner gave it to you
  --root KEY         the root key of the organisation (log, receipt)
  --since FILE       an older checkpoint of the same log (log)
  --witness KEY      a witness that must have cosigned; any number of them
  --quorum N         how many of the witnesses must have; all, unless it says fewer
  --org-log KEY      the verifier key of the org log that anchors checkpoints; the witnesses are then the org log's
  --anchored FILE    an anchored checkpoint that must cover the log, the receipt or the proof

A token (credential, execution token or chain, call proof, challenge, key set, founding, outcome, vote):
  --jwks FILE        the signers' public keys: a JWK Set, or a key set that the root signed (then --root, too)
  --key KEY          one public key more; any number of them
  --root KEY         the root key: who signs key sets and foundings
  --origin ORIGIN    the namespace that it must be of, like acme.example/aura/payments
  --audience NAME    the service that it must be meant for
  --at TIME          when it must be valid, like 2026-11-24T18:00:00Z; now, unless it says otherwise
  --epoch SCOPE=N    a revocation epoch as it stands, of org, namespace, agent or mission
  --statuses FILE    how agents stand, as agentStatus folds it (JSON)
  --credential FILE  the credential that an execution token was shown with
  --token FILE       the execution token that a call proof was shown with
  --since FILE       an older key set, which a key set must follow

The first line of the answer is the verdict and says what was not checked. FILE may be - for standard input.`,
  async run(args, terminal) {
    const once = ALL.filter((name) => !REPEATED.includes(name));
    const given = readArguments(this, args, { once, repeated: REPEATED });
    return withEvidence(given.file, terminal, async (evidence) => {
      const kind = kindOf(evidence.start);
      const foreign = ALL.find((name) => given.options(name).length > 0 && !OPTIONS[kind].includes(name));
      if (foreign !== undefined)
        throw wrong(
          this,
          `--${foreign} has no meaning here; this file is ${kind.startsWith("a") ? "an" : "a"} ${kind}.`,
        );
      const { json, text, refused } = await JUDGES[kind](this, evidence, { ...given, terminal });
      const hint = refused === undefined || kind !== "log" ? undefined : hintOf(evidence.start);
      const hinted = hint === undefined ? {} : { hint };
      terminal.out(
        given.json ? jsonLine({ kind, ...json, ...hinted }) : `${text}${hint === undefined ? "" : `${hint}\n`}`,
      );
      return refused === undefined ? EXIT.OK : exitCodeOf(refused.reason);
    });
  },
};
