import { canonicalJson, hashText, type JsonObject, signerFromSeed, signFounding, signJws } from "../src/index.ts";
import {
  BOUNDARY,
  FOUNDED_MS,
  foundingStatement,
  LogBuilder,
  MISSION,
  NAMESPACE,
  sampleSigner,
  seal,
} from "./sample-log.ts";

const PERSON = "01939a52-7c00-7000-8000-0000000000d4";
const SHOWN = "Sum the invoices and write the total down.";
const UNTIL_MS = FOUNDED_MS + 3_600_000;

/** What a newer AURA, or a hostile one, would write otherwise. */
export interface VotedDifferences {
  readonly voteFormat?: string;
  readonly enrolmentFormat?: string;
  /** The versions of the votes that the approval says it used. */
  readonly used?: readonly number[];
  /** How often the approval stands in the log. */
  readonly approvals?: number;
}

/** A founded log in which a person's key was enrolled, and that person's vote approved the mission that ran. */
export async function votedLog(differences: VotedDifferences = {}): Promise<LogBuilder> {
  const { voteFormat = "aura-vote-1", enrolmentFormat = "aura-enrolment-1", used = [4], approvals = 1 } = differences;
  const log = new LogBuilder();
  const own = `mission/${MISSION}`;
  const [root, approver, voter] = [
    sampleSigner("root"),
    sampleSigner("approver"),
    signerFromSeed(new Uint8Array(32).fill(8)),
  ];
  const { kty, crv, x, kid } = voter.publicKey;
  const key: JsonObject = { kty, crv, x, kid };
  const enrolled: JsonObject = {
    format: enrolmentFormat,
    namespace: NAMESPACE,
    person: PERSON,
    key,
    expiresMs: UNTIL_MS,
  };
  const sign = (signer: typeof voter, typ: string, payload: JsonObject) => signJws(signer, typ, payload);
  const statement = await signFounding(root, foundingStatement());
  log.add("control", "namespace.founded", {
    data: { statement },
    texts: { release: canonicalJson({ format: "aura-release-1", agents: [], rules: [], tools: [] }) },
  });
  log.add("control", "approver.enrolled", {
    actor: { id: PERSON, custody: "person" },
    data: { person: PERSON, key, confirmedBy: foundingStatement().approvers.map(({ id }) => id) },
    texts: {
      proofs: canonicalJson({
        possession: await sign(voter, "aura-enrolment+jwt", enrolled),
        confirmations: [await sign(approver, "aura-enrolment+jwt", enrolled)],
      }),
    },
  });
  log.add(own, "mission.created", { data: { agent: "reporter", authority: "L2", timeoutMs: 600_000 } });
  log.add(own, "mission.planned");
  const [boundary, shown, release] = [hashText(BOUNDARY), hashText(SHOWN), hashText("the release")];
  log.add(own, "mission.approval_requested", {
    data: { boundary, level: "L2", shown, untilMs: UNTIL_MS, decision: { release } },
    texts: { boundary: BOUNDARY, shown: canonicalJson(SHOWN) },
  });
  const choice = "APPROVE";
  const vote: JsonObject = {
    format: voteFormat,
    namespace: NAMESPACE,
    mission: MISSION,
    call: null,
    tool: null,
    arguments: null,
    boundary,
    level: "L2",
    shown,
    release,
    choice,
    expiresMs: UNTIL_MS,
  };
  log.add(own, "mission.voted", {
    actor: { id: PERSON, custody: "person" },
    data: { choice, release, boundary, shown, expiresMs: UNTIL_MS, kid },
    texts: { vote: canonicalJson(await sign(voter, "aura-vote+jwt", vote)), shown: canonicalJson(SHOWN) },
  });
  for (let nth = 0; nth < approvals; nth += 1) {
    log.add(own, "mission.approved", { data: { by: { kind: "votes", votes: used, quorum: 1 } } });
  }
  log.add(own, "mission.queued", { data: { boundary } });
  log.add(own, "mission.started", { data: { deadlineMs: FOUNDED_MS + 600_000 } });
  log.add(own, "mission.finished", {
    data: { kind: "SUCCEEDED" },
    texts: { result: canonicalJson({ total: "42.00" }) },
  });
  await seal(log, own);
  return log;
}
